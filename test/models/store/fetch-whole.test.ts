import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { fetchWhole } from '../../../models/store/s3-files';

const PARTS = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)];

/** A server that answers with these parts. @param ContentLength left out, it does not say how many bytes they are */
function server(ContentLength?: number): S3Client {
  const send = async () => {
    const transformToByteArray = async () => Buffer.concat(PARTS);
    return { Body: Object.assign(Readable.from(PARTS), { transformToByteArray }), ETag: 'e', ContentLength };
  };
  return { send } as unknown as S3Client;
}

describe('an object read whole', () => {
  test.each([6, undefined])('is put together, its length announced as %s', async (length) => {
    const { bytes, version } = await fetchWhole(server(length), { Bucket: 'b', Key: 'k' });
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(version).toBe('e');
  });

  test('is not read where it is announced as too large', async () => {
    expect(await fetchWhole(server(6), { Bucket: 'b', Key: 'k' }, 5)).toBe('too-large');
  });
});
