import type { Channels, ResizeOptions, Sharp } from 'sharp';
import { messageOf } from '../../errors';
import type { Rendering } from '../../verdict';
import { type Placing, placing, type Size, stretched } from '../fit';
import type { ImageShape } from '../set';
import { toChannels } from './channels';
import { cutShort, ImageRejected } from './errors';
import type { ImageType } from './image-types';
import { lazily } from './lazily';
import { MANY_PIXELS, MOST_SECONDS } from './limits';
import type { Raw } from './raw';
import { beforeResampling, resampled } from './resample';

const WHITE = { r: 255, g: 255, b: 255 };
const BLACK = { r: 0, g: 0, b: 0 };

/** How sharp is to decode. */
export interface SharpOptions {
  readonly type?: ImageType;
  /** Width × height, as sharp's decoder itself reads them. */
  readonly maxPixels?: number;
  /** After so many the decode is ended. */
  readonly maxSeconds?: number;
}

/** It takes its time to load, and memory; small plain images do without. */
const library = lazily(async () => {
  const { default: sharp } = await import('sharp');
  // A few small images after one another: caches would hold memory and never be hit.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
});

/**
 * Decodes whatever sharp reads. What an image has not (an orientation, transparency, another size) sharp passes over.
 * @throws ImageRejected `truncated`, `too-many-pixels`, `undecodable`
 */
export async function decodeWithSharp(
  bytes: Uint8Array,
  isCmyk: boolean,
  shape: ImageShape,
  options: SharpOptions = {},
): Promise<Uint8Array> {
  return await wholly(options, async (failOn) => {
    const input = await opened(bytes, { isCmyk, failOn, ...options });
    const placed = await placedIn(input, shape);
    const shrunk = await toRaw(
      input.autoOrient().flatten({ background: WHITE }).resize(shrunkTo(shape, placed)).toColourspace('srgb'),
    );
    const { data, channels } = resampled(shrunk, shape, placed);
    return toChannels(data, channels, shape);
  });
}

/**
 * Decodes an image with its alpha channel, turned upright, in its own size.
 * @throws ImageRejected `truncated`, `too-many-pixels`, `undecodable`
 */
export async function rawWithSharp(bytes: Uint8Array, options: SharpOptions): Promise<Raw> {
  return await wholly(options, async (failOn) =>
    toRaw((await opened(bytes, { isCmyk: false, failOn, ...options })).autoOrient().toColourspace('srgb')),
  );
}

/**
 * An image laid on white or black, brought to another size as it is decoded, in its own pixels: decoders that make it smaller
 * themselves take colours and alpha apart.
 * @throws ImageRejected `truncated`, `too-many-pixels`, `undecodable`
 */
export async function flattenedWithSharp(
  bytes: Uint8Array,
  rendering: Rendering,
  shape: ImageShape,
  options: SharpOptions,
): Promise<Raw> {
  return await wholly(options, async (failOn) => {
    const input = await opened(bytes, { isCmyk: false, failOn, ...options });
    const { width, height } = await input.metadata();
    const placed = await placedIn(input, shape);
    const shrunk = await toRaw(
      input
        // All of it, before it is turned: then no decoder makes it smaller.
        .extract({ left: 0, top: 0, width, height })
        .autoOrient()
        .flatten({ background: rendering === 'on-black' ? BLACK : WHITE })
        .resize(shrunkTo(shape, placed))
        .toColourspace('srgb'),
    );
    return resampled(shrunk, shape, placed);
  });
}

/**
 * The colours of an image, whatever its alpha is, brought to another size one after the other.
 * @throws ImageRejected `truncated`, `too-many-pixels`, `undecodable`
 */
export async function coloursWithSharp(
  bytes: Uint8Array,
  shape: ImageShape,
  options: SharpOptions,
): Promise<Raw> {
  const colours: Raw[] = [];
  for (const channel of ['red', 'green', 'blue'] as const) {
    const one = await wholly(options, async (failOn) =>
      toRaw(
        (await opened(bytes, { isCmyk: false, failOn, ...options }))
          .autoOrient()
          .toColourspace('srgb')
          .extractChannel(channel),
      ),
    );
    colours.push(await resizedWithSharp(one, 'alpha-dropped', shape));
  }
  const data = new Uint8Array(shape.height * shape.width * colours.length);
  colours.forEach((one, c) => {
    for (let i = 0; i * one.channels < one.data.length; i++)
      data[i * colours.length + c] = one.data[i * one.channels]!;
  });
  return { data, width: shape.width, height: shape.height, channels: colours.length };
}

/**
 * A rendering of an image, brought to another size.
 * @param raw for `alpha-dropped` without its alpha: with it, clear pixels would not count where pixels are made one
 * @throws ImageRejected `undecodable` where it takes too long
 */
export async function resizedWithSharp(raw: Raw, rendering: Rendering, shape: ImageShape): Promise<Raw> {
  return await resized(raw, rendering, shape).catch((cause) => {
    throw rejected(cause);
  });
}

async function resized(raw: Raw, rendering: Rendering, shape: ImageShape): Promise<Raw> {
  const picture = await fromRaw(raw);
  const flat =
    rendering === 'alpha-dropped'
      ? picture
      : picture.flatten({ background: rendering === 'on-black' ? BLACK : WHITE });
  const placed = placedAs(raw, shape);
  return resampled(await toRaw(flat.resize(shrunkTo(shape, placed))), shape, placed);
}

/** Where a picture of this size comes to lie, and that size, where it had to be known. */
type Placed = Placing & { readonly picture?: Size };

/** Its size is asked for only where it matters: an image's header would be read twice. */
async function placedIn(input: Sharp, shape: ImageShape): Promise<Placed> {
  return isStretched(shape) ? stretched(shape) : placedAs((await input.metadata()).autoOrient, shape);
}

/** @param picture as it is seen, turned upright */
function placedAs(picture: Size, shape: ImageShape): Placed {
  const { fit = 'stretch' } = shape;
  return fit === 'stretch' ? stretched(shape) : { ...placing(fit, picture, shape), picture };
}

function isStretched({ fit = 'stretch' }: ImageShape): boolean {
  return fit === 'stretch';
}

/** Makes what is much larger than a net takes smaller; `resampled` does the rest. */
function shrunkTo(shape: ImageShape, placed: Placed): ResizeOptions {
  const { height, width } = beforeResampling(shape, placed);
  // Of a very long picture more would be wanted than sharp makes.
  const most = placed.picture ?? { height, width };
  return {
    height: Math.min(height, most.height),
    width: Math.min(width, most.width),
    fit: 'fill',
    kernel: 'lanczos3',
    withoutEnlargement: true,
  };
}

async function fromRaw({ data, width, height, channels }: Raw): Promise<Sharp> {
  const raw = { width, height, channels: channels as Channels };
  return (await library())(data, { raw, limitInputPixels: false }).timeout({ seconds: MOST_SECONDS });
}

async function toRaw(pipeline: Sharp): Promise<Raw> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** An image's size and whether it may be transparent, as its decoder reads them. @throws ImageRejected `truncated`, `undecodable` */
export async function lookWithSharp(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; hasAlpha: boolean }> {
  // Nothing is decoded here; the size is to be told, however large it is.
  const sharp = await library();
  return await sharp(bytes, { failOn: 'error', limitInputPixels: false })
    .metadata()
    .catch((cause) => {
      throw rejected(cause);
    });
}

/** Whether a type's decoder warns, and goes on, where some of the data is missing. */
const ONLY_WARNS: Readonly<Record<ImageType, boolean>> = { jpeg: true, png: false, webp: false };

/**
 * A JPEG is read with libjpeg's warnings as errors: that some of its data is missing is one. With any other warning, such as of
 * odd parameters, it is read all the same.
 */
async function wholly<T>(
  { type }: SharpOptions,
  read: (failOn: 'warning' | 'error') => Promise<T>,
): Promise<T> {
  const strictly =
    type && ONLY_WARNS[type]
      ? await read('warning').then(
          (value) => ({ value }),
          (cause) => ({ cause }),
        )
      : undefined;
  if (strictly && 'value' in strictly) return strictly.value;
  if (strictly && isFinal(strictly.cause)) throw rejected(strictly.cause);
  return await read('error').catch((cause) => {
    throw rejected(cause);
  });
}

async function opened(
  bytes: Uint8Array,
  {
    isCmyk,
    failOn,
    maxPixels = MANY_PIXELS,
    maxSeconds = MOST_SECONDS,
  }: SharpOptions & { readonly isCmyk: boolean; readonly failOn: 'warning' | 'error' },
): Promise<Sharp> {
  const sharp = await library();
  // Without its profile CMYK would be a guess.
  const input = sharp(bytes, { failOn, limitInputPixels: maxPixels, ignoreIcc: !isCmyk });
  return input.timeout({ seconds: maxSeconds });
}

const MISSING = /premature end/i;
const TOO_MANY = /exceeds pixel limit/i;
const TOO_LONG = /timeout/i;
/** Whole, but of a kind that the decoder lacks: 12 bits, without loss. */
const UNKNOWN = /Unsupported (JPEG|color conversion)/i;

function isFinal(cause: unknown): boolean {
  return [MISSING, TOO_MANY, TOO_LONG].some((each) => each.test(messageOf(cause)));
}

function rejected(cause: unknown): ImageRejected {
  const message = messageOf(cause);
  if (MISSING.test(message)) return cutShort(cause);
  if (TOO_MANY.test(message)) {
    return new ImageRejected('too-many-pixels', 'The image has more pixels than are taken', { cause });
  }
  if (TOO_LONG.test(message))
    return new ImageRejected('undecodable', 'The image takes too long to decode', { cause });
  if (UNKNOWN.test(message)) {
    return new ImageRejected(
      'undecodable',
      'The image is a JPEG of a rare kind (of 12 bits, or without loss)',
      {
        hint: 'Save it as a usual JPEG, of 8 bits, or as PNG.',
        cause,
      },
    );
  }
  return new ImageRejected('undecodable', "The image is damaged: it can't be decoded", { cause });
}
