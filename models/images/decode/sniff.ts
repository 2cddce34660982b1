import { type ImageType, imageTypes } from './image-types';

/** As many bytes of a file as sniffImage looks at. */
export const SNIFF_BYTES = 12;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What each type is told by. */
const TOLD_BY: Readonly<Record<ImageType, (bytes: Uint8Array) => boolean>> = {
  jpeg: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  png: (bytes) => PNG.every((byte, i) => bytes[i] === byte),
  webp: (bytes) => textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP',
};

const TYPES = Object.keys(TOLD_BY) as ImageType[];

/** Tells an image's type by its first bytes; undefined for any other type, and for what is no image. */
export function sniffImage(bytes: Uint8Array): ImageType | undefined {
  return TYPES.find((type) => TOLD_BY[type](bytes));
}

/** Brands of the ISO base media format (ISO/IEC 14496-12) that still pictures have. */
const BRANDS: Readonly<Record<string, string>> = {
  heic: 'HEIC',
  heix: 'HEIC',
  heim: 'HEIC',
  heis: 'HEIC',
  hevc: 'HEIC',
  hevx: 'HEIC',
  mif1: 'HEIC',
  msf1: 'HEIC',
  avif: 'AVIF',
  avis: 'AVIF',
};

/** How other types begin, in Latin-1. */
const BEGINNINGS: readonly (readonly [begins: string, name: string])[] = [
  ['GIF87a', 'GIF'],
  ['GIF89a', 'GIF'],
  ['II*\0', 'TIFF'],
  ['MM\0*', 'TIFF'],
  ['\xff\x0a', 'JPEG XL'],
  ['\0\0\0\x0cJXL ', 'JPEG XL'],
  ['\0\0\0\x0cjP  ', 'JPEG 2000'],
  ['\xff\x4f\xff\x51', 'JPEG 2000'],
  ['\0\0\x01\0', 'ICO'],
];

/** What is to be said of an image that sniffImage does not know, after "it is". */
export function otherType(bytes: Uint8Array): string {
  const brand = textAt(bytes, 4) === 'ftyp' ? BRANDS[textAt(bytes, 8)] : undefined;
  const what = `none of ${imageTypes('and')}`;
  if (brand !== undefined) return `${brand}, ${what}: save it as JPEG`;
  const beginning = String.fromCharCode(...bytes.subarray(0, SNIFF_BYTES));
  // Bytes 6 to 9 of a BMP are reserved, and zero: a text may begin with BM.
  const isBmp = beginning.startsWith('BM') && textAt(bytes, 6) === '\0\0\0\0';
  const other = isBmp ? 'BMP' : BEGINNINGS.find(([begins]) => beginning.startsWith(begins))?.[1];
  // Without loss, whatever it was.
  return other ? `${other}, ${what}: save it as PNG` : what;
}

/** Four bytes as text. */
export function textAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
