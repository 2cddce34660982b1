import { inflateSync } from 'node:zlib';
import type { ImageShape } from '../set';
import { toChannels } from './channels';
import type { ImageType } from './image-types';
import type { Outline } from './outline';
import { packedPixels } from './outline-png';
import { JpegDecoder } from './plain-jpeg';
import { concatenated } from './stretches';

/** Beyond it an image is decoded off the main thread. */
const MOST_BYTES = 2 ** 18;
const MOST_PIXELS = 2 ** 16;

const jpegs = new JpegDecoder();

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Decodes a file whose pixels take so many bytes unpacked. */
type Decode = (bytes: Uint8Array, unpacked: number) => Promise<Decoded | undefined>;

/** Undefined where sharp decodes all of a type. */
const DECODERS: Readonly<Record<ImageType, Decode | undefined>> = {
  jpeg: (bytes) => jpegs.decode(bytes),
  png: decodePng,
  webp: undefined,
};

/**
 * Decodes a small image of the net's own size that is as plain as most are: sequential JPEG, PNG of 8 bits, RGB or grey,
 * nothing to be turned, laid on white, or converted. A pipeline of sharp takes some 1 ms to set up; this takes 0.1 to 0.2
 * (`npm run bench:service` prints it). The pixels are the same.
 * @returns as decodeImage; undefined where the image is another, or in any doubt: sharp is to say what is wrong with it
 */
export async function decodePlain(
  bytes: Uint8Array,
  type: ImageType,
  { size, isPlain }: Outline,
  shape: ImageShape,
): Promise<Uint8Array | undefined> {
  const { height, width } = shape;
  const decode = DECODERS[type];
  if (!decode || !isPlain || size?.height !== height || size.width !== width) return undefined;
  if (bytes.length > MOST_BYTES || height * width > MOST_PIXELS) return undefined;
  try {
    // A row has a byte for its filter, and 3 channels at most.
    const unpacked = height * (1 + 3 * width);
    const decoded = await decode(bytes, unpacked);
    if (decoded?.width !== width || decoded.height !== height) return undefined;
    return toChannels(decoded.data, decoded.data.length / (width * height), shape);
  } catch {
    return undefined;
  }
}

async function decodePng(bytes: Uint8Array, most: number): Promise<Decoded> {
  // What else is packed with the pixels would be unpacked, too, however much it is.
  inflateSync(concatenated(packedPixels(bytes)), { maxOutputLength: most });
  const { decode } = await import('fast-png');
  const { width, height, data } = decode(bytes, { checkCrc: true });
  return { width, height, data: data as Uint8Array };
}
