import { Buffer } from 'node:buffer';
import { readBody, tooLarge } from './body';
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
  const images = kind === 'form' ? await fromForm(request, bytes) : fromJson(bytes, limits, fetchObject);
  return { isSingle: false, images };
}

type Kind = 'raw' | 'form' | 'json';

function kindOf(request: Request): Kind {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'multipart/form-data') return 'form';
  return type === 'application/json' ? 'json' : 'raw';
}

async function fromForm(request: Request, bytes: Uint8Array<ArrayBuffer>): Promise<ImageIn[]> {
  const headers = { 'content-type': request.headers.get('content-type')! };
  const form = await new Response(bytes, { headers }).formData().catch(() => {
    throw new Problem('malformed', "The form can't be read: it is damaged, or its boundary is another.");
  });
  const files = [...form.values()].filter((value) => typeof value !== 'string');
  if (files.length === 0) throw new Problem('empty', 'There is no file in the form.');
  if (files.length > MOST_IMAGES) throw tooMany(files.length);
  return files.map((file) => ({
    name: file.name,
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  }));
}

function fromJson(bytes: Uint8Array, limits: Limits, fetchObject: FetchObject | undefined): ImageIn[] {
  const raw = parseJson(bytes, MAX_VALUES);
  const asked = (raw as { images?: unknown } | null)?.images;
  if (Array.isArray(asked) && asked.length > MOST_IMAGES) throw tooMany(asked.length);
  const parsed = jsonImagesSchema.safeParse(raw);
  if (!parsed.success) {
    throw new Problem('malformed', `${faultsIn(parsed.error)}. Wanted: {"images": [{"base64": "…"}]}.`);
  }
  return parsed.data.images.map((image) => fromJsonImage(image, limits, fetchObject));
}

function fromJsonImage(
  image: JsonImages['images'][number],
  limits: Limits,
  fetchObject: FetchObject | undefined,
): ImageIn {
  if ('base64' in image) return { name: image.name, bytes: async () => fromBase64(image.base64, limits) };
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

function fromBase64(text: string, { maxBytes }: Limits): Uint8Array {
  // Before it is looked through: what holds more can't be an image that is taken.
  if (text.length > 4 * Math.ceil((maxBytes + 1) / 3)) throw tooLarge('An image', maxBytes);
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new Problem('malformed', 'The image is not base64 (RFC 4648, with padding).');
  }
  return Buffer.from(text, 'base64');
}

function tooMany(count: number): Problem {
  return new Problem('too-many-images', `${count} images; a request may have ${MOST_IMAGES} at most.`);
}
