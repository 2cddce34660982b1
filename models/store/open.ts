import type { Files } from './files';
import { folderFiles } from './folder-files';

/** Whether an address is one in S3. */
export function isS3(address: string): boolean {
  return address.startsWith('s3://');
}

/** The store at an address: `s3://bucket/prefix`, or a folder. S3's client is loaded only where it is needed. */
export async function openFiles(address: string): Promise<Files> {
  if (!isS3(address)) return folderFiles(address);
  const { s3Files } = await import('./s3-files');
  return s3Files(address);
}
