import { Buffer } from 'node:buffer';
import { BYTES_AT_A_TIME, letOthersRun } from '../models/event-loop';
import { first } from '../models/present';
import { readBody, tooLarge } from './body';
import { filesIn } from './form';
import { faultsIn, parseJson } from './json';
import type { Limits, Room } from './limits';
import { Problem } from './problem';
import { type JsonImages, jsonImagesSchema, MOST_IMAGES } from './schemas';

/** Fetches an object from the store of uploads. @throws Problem where it can't be had */
export type FetchObject = (
  object: { readonly bucket: string; readonly key: string; readonly versionId?: string },
  maxBytes: number,
) => Promise<Uint8Array>;

/** The most values of a request's JSON: what names images has a few hundred, what names too many is told so. */
const MAX_VALUES = 10_000;

/** One image of a request: its bytes, or why there are none. */
export interface ImageIn {
  readonly name?: string;
  /** Whether its bytes come from elsewhere, so that the request does not hold them yet. */
  readonly isElsewhere?: boolean;
  readonly bytes: () => Promise<Uint8Array>;
}

/** What a request brings: an image as its body, or several. */
export interface ImagesIn {
  readonly isSingle: boolean;
  readonly images: readonly ImageIn[];
}

/** The most bytes that a request may have: one image as the body, or all that a form or JSON holds. */
function mostBytes(kind: Kind, { maxBytes, maxRequestBytes }: Limits): number {
  return kind === 'raw' ? Math.min(maxBytes, maxRequestBytes) : maxRequestBytes;
}

/**
 * Reads the images of a request: a body that is an image, whatever it is called; a form with one file or many
 * (multipart/form-data); or JSON, as `jsonImagesSchema` tells.
 * @param room where its bytes are held
 * @throws Problem for a body that is none of these, too large, or of too many images
 */
export async function readImages(
  request: Request,
  limits: Limits,
  fetchObject: FetchObject | undefined,
  room: Room,
): Promise<ImagesIn> {
  const kind = kindOf(request);
  const bytes = await readBody(request, {
    maxBytes: mostBytes(kind, limits),
    what: kind === 'raw' ? 'An image' : 'A request',
    room,
    slowest: limits.slowest,
  });
  if (kind === 'raw') return { isSingle: true, images: [{ bytes: async () => bytes }] };
  const images =
    kind === 'form' ? await fromForm(request, bytes) : await fromJson(bytes, limits, fetchObject);
  return { isSingle: false, images };
}

type Kind = 'raw' | 'form' | 'json';

function kindOf(request: Request): Kind {
  const type = first((request.headers.get('content-type') ?? '').split(';'))
    .trim()
    .toLowerCase();
  if (type === 'multipart/form-data') return 'form';
  return type === 'application/json' ? 'json' : 'raw';
}

async function fromForm(request: Request, bytes: Uint8Array): Promise<ImageIn[]> {
  const files = await filesIn(bytes, request.headers.get('content-type') ?? '');
  if (files.length === 0) throw new Problem('empty', 'There is no file in the form.');
  if (files.length > MOST_IMAGES) throw tooMany(files.length);
  return files.map((file) => ({ name: file.name, bytes: async () => file.bytes }));
}

/** The images' bytes, which are left as they came until they are decoded. */
const BASE64 = { list: 'images', key: 'base64', kind: 'text' } as const;

async function fromJson(
  bytes: Uint8Array,
  limits: Limits,
  fetchObject: FetchObject | undefined,
): Promise<ImageIn[]> {
  const { value: raw, apart } = await parseJson(bytes, MAX_VALUES, BASE64);
  const listed = (raw as { images?: unknown } | null)?.images;
  if (Array.isArray(listed) && listed.length > MOST_IMAGES) throw tooMany(listed.length);
  const parsed = jsonImagesSchema.safeParse(raw);
  if (!parsed.success) {
    throw new Problem('malformed', `${faultsIn(parsed.error)}. Wanted: {"images": [{"base64": "…"}]}.`);
  }
  return parsed.data.images.map((image) => fromJsonImage(image, apart, limits, fetchObject));
}

function fromJsonImage(
  image: JsonImages['images'][number],
  texts: readonly Uint8Array[],
  limits: Limits,
  fetchObject: FetchObject | undefined,
): ImageIn {
  if ('base64' in image) {
    const text = texts[Number(image.base64)]!;
    return { name: image.name, bytes: () => fromBase64(text, limits) };
  }
  const { s3 } = image;
  if (!fetchObject) {
    throw new Problem('no-uploads', 'No store of uploads is configured here; send the images themselves.');
  }
  return {
    name: image.name ?? s3.key,
    isElsewhere: true,
    bytes: () => fetchObject(s3, limits.maxBytes),
  };
}

const [BACKSLASH, MINUS, UNDERSCORE] = [0x5c, 0x2d, 0x5f];
const [LINE_FEED, RETURN] = [0x0a, 0x0d];
/** `\\u` and four digits. */
const LONGEST_ESCAPE = 6;

/** What a `data:` URI (RFC 2397) has before its base64; it is looked for in so many bytes. */
const DATA_URI = /^data:[\w.+-]*\/?[\w.+-]*(;[\w.-]+=[^;,]*)*;base64,/i;
const LONGEST_DATA_URI = 200;

/**
 * Base64 of either alphabet of RFC 4648, the usual one, or that of URLs and file names, which may go without padding; alone, or in a
 * `data:` URI; in lines, as MIME has it (RFC 2045), or in one.
 * @param text as it stands in JSON
 */
async function fromBase64(text: Uint8Array, { maxBytes }: Limits): Promise<Uint8Array> {
  // Before it is looked through: what holds more can't be an image that is taken.
  const most = 4 * Math.ceil((maxBytes + 1) / 3);
  const base64 = withoutUri(text.includes(BACKSLASH) ? await unescaped(text) : text);
  const isInLines = base64.includes(LINE_FEED);
  if (base64.length > most * (isInLines ? LINES : 1)) throw tooLarge('An image', maxBytes);
  const plain = isInLines ? await withoutLines(base64) : base64;
  if (plain.length > most) throw tooLarge('An image', maxBytes);
  const isUrlSafe = plain.includes(MINUS) || plain.includes(UNDERSCORE);
  if (plain.length % 4 !== 0 && (!isUrlSafe || plain.length % 4 === 1)) throw notBase64();
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(plain.length / 4) * 3);
  let length = 0;
  // In whole groups of four characters.
  for (let from = 0; from < plain.length; from += BYTES_AT_A_TIME) {
    if (from > 0) await letOthersRun();
    const part = Buffer.from(
      plain.buffer,
      plain.byteOffset + from,
      Math.min(BYTES_AT_A_TIME, plain.length - from),
    );
    const isLast = from + BYTES_AT_A_TIME >= plain.length;
    const characters = part.toString('latin1');
    if (!(isLast ? /^[A-Za-z0-9+/_-]*={0,2}$/ : /^[A-Za-z0-9+/_-]*$/).test(characters)) throw notBase64();
    if (isLast && characters.endsWith('=') && plain.length % 4 !== 0) throw notBase64();
    length += bytes.write(characters, length, 'base64');
  }
  return bytes.subarray(0, length);
}

/** By how much ends of lines make base64 longer, at most: two characters to every 64. */
const LINES = 66 / 64;

async function withoutLines(text: Uint8Array): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(text.length);
  let length = 0;
  for (let from = 0; from < text.length; from += BYTES_AT_A_TIME) {
    if (from > 0) await letOthersRun();
    for (let i = from; i < Math.min(from + BYTES_AT_A_TIME, text.length); i++) {
      const byte = text[i]!;
      if (byte !== LINE_FEED && byte !== RETURN) bytes[length++] = byte;
    }
  }
  return bytes.subarray(0, length);
}

function withoutUri(text: Uint8Array): Uint8Array {
  const beginning = Buffer.from(text.subarray(0, LONGEST_DATA_URI)).toString('latin1');
  return text.subarray(DATA_URI.exec(beginning)?.[0].length ?? 0);
}

const ESCAPED_BACKSLASH = Buffer.from('\\\\');

/** What JSON's escapes mean: some write `\\/` for a slash. */
async function unescaped(text: Uint8Array): Promise<Buffer> {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  // So each backslash is the beginning of an escape.
  if (bytes.includes(ESCAPED_BACKSLASH)) throw notBase64();
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; await letOthersRun()) {
    let to = Math.min(from + BYTES_AT_A_TIME, bytes.length);
    const last = to < bytes.length ? bytes.subarray(to - LONGEST_ESCAPE + 1, to).lastIndexOf('\\') : -1;
    if (last >= 0) to += last - (LONGEST_ESCAPE - 1);
    parts.push(Buffer.from(plainOf(bytes.subarray(from, to))));
    from = to;
  }
  return Buffer.concat(parts);
}

function plainOf(text: Buffer): string {
  try {
    return JSON.parse(`"${text.toString('latin1')}"`);
  } catch {
    throw notBase64();
  }
}

function notBase64(): Problem {
  return new Problem('malformed', 'The image is not base64 (RFC 4648), nor a data: URI of it.');
}

function tooMany(count: number): Problem {
  return new Problem('too-many-images', `${count} images; a request may have ${MOST_IMAGES} at most.`);
}
