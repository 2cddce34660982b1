import { dirname, isAbsolute, join, posix } from 'node:path';
import { isS3 } from '../../models/store/address';

/** The folder, or the prefix in S3, that a file is in; and what it is called there. */
export function placeOf(address: string): { readonly parent: string; readonly name: string } {
  if (!isS3(address)) return { parent: dirname(address), name: address.slice(address.lastIndexOf('/') + 1) };
  const cut = address.lastIndexOf('/');
  return { parent: address.slice(0, cut), name: address.slice(cut + 1) };
}

/** An address that stands in a file of some folder or prefix. */
export function addressIn(parent: string, address: string): string {
  if (isS3(address) || isAbsolute(address)) return address;
  return isS3(parent) ? `s3://${posix.join(parent.slice('s3://'.length), address)}` : join(parent, address);
}

/** A folder or prefix below another. */
export function below(parent: string, name: string): string {
  return isS3(parent) ? `${parent.replace(/\/+$/, '')}/${name}` : join(parent, name);
}
