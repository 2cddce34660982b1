import { basename, resolve } from 'node:path';

/** Whether an address is one in S3. */
export function isS3(address: string): boolean {
  return address.startsWith('s3://');
}

/** A store's address, the same however it was written: no slash at its end, a folder from the root on. */
export function placeOf(address: string): string {
  return isS3(address) ? address.replace(/\/+$/, '') : resolve(address);
}

/** What the model of a store is called: the last part of its address. */
export function modelOf(address: string): string {
  return basename(placeOf(address));
}
