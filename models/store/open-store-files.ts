import type { S3Client } from '@aws-sdk/client-s3';
import { isS3 } from './address';
import type { Files } from './files';
import { folderFiles } from './folder-files';

/** Opens the store at an address: `s3://bucket/prefix`, or a folder. */
export type OpenStoreFiles = (address: string) => Promise<Files>;

/** Opens stores, those in S3 with one client among them, which is loaded only where it is needed. */
export function filesOpener(): OpenStoreFiles {
  let client: S3Client | undefined;
  return async (address) => {
    if (!isS3(address)) return folderFiles(address);
    const { s3Client, s3Files } = await import('./s3-files');
    client ??= s3Client();
    return s3Files(address, client);
  };
}

/** Opens one store. */
export const openStoreFiles: OpenStoreFiles = (address) => filesOpener()(address);
