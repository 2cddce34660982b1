import type { Gallery } from '../detector/gallery';
import { type MemoryFile, packFloats, unpackFloats } from './artifacts';
import type { Manifest } from './manifest';

type GalleryField = NonNullable<Manifest['gallery']>;

/** Labels, projections and centres as 32-bit floats; labels below 2^24 are told exactly. */
const FRAMES = 'gallery/frames.bin';
const IMAGES = 'gallery/images.bin';

/** The files of a gallery. */
export function galleryFiles({ labels, projections, centres, images }: Gallery): MemoryFile[] {
  return [
    { path: FRAMES, bytes: packFloats([Float32Array.from(labels), projections, centres]) },
    { path: IMAGES, bytes: new Uint8Array(images.buffer, images.byteOffset, images.length) },
  ];
}

/** What a manifest says of a gallery. */
export function galleryField({ stem, places, dimensions, labels, step, temperature }: Gallery): GalleryField {
  return { stem: [...stem], places: [...places], dimensions, count: labels.length, step, temperature };
}

/** The gallery of a verified bundle. @throws RangeError where its files don't fit what the manifest says */
export async function readGallery(
  field: GalleryField,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Gallery> {
  const { stem, places, dimensions, count, step, temperature } = field;
  const all = places[0] * places[1];
  const lengths = [count, all * stem[2] * dimensions, all * dimensions] as const;
  const [labels, projections, centres] = unpackFloats(await read(FRAMES), lengths);
  const bytes = await read(IMAGES);
  const expected = count * all * dimensions;
  if (bytes.length !== expected) throw new RangeError(`${IMAGES} has ${bytes.length} bytes, not ${expected}`);
  return {
    stem,
    places,
    dimensions,
    step,
    temperature,
    projections,
    centres,
    labels: Int32Array.from(labels),
    images: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  };
}
