/** The types of image that are read. */
export type ImageType = 'jpeg' | 'png' | 'webp';

/** As many bytes of a file as sniffImage looks at. */
export const SNIFF_BYTES = 12;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Tells an image's type by its first bytes; undefined for any other type, and for what is no image. */
export function sniffImage(bytes: Uint8Array): ImageType | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (PNG.every((byte, i) => bytes[i] === byte)) return 'png';
  if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP') return 'webp';
  return undefined;
}

/** Brands of the ISO base media format (ISO/IEC 14496-12) that still pictures have. */
const BRANDS: Readonly<Record<string, string>> = {
  heic: 'HEIC',
  heix: 'HEIC',
  heim: 'HEIC',
  heis: 'HEIC',
  mif1: 'HEIC',
  avif: 'AVIF',
};

/** What is to be said of an image that sniffImage does not know, after "it is". */
export function otherType(bytes: Uint8Array): string {
  const brand = textAt(bytes, 4) === 'ftyp' ? BRANDS[textAt(bytes, 8)] : undefined;
  const what = 'none of JPEG, PNG and WebP';
  return brand === undefined ? what : `${brand}, ${what}: save it as JPEG`;
}

/** Four bytes as text. */
export function textAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
