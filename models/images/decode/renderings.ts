import { letOthersRun } from '../../event-loop';
import { valueAt } from '../../present';
import type { Rendering } from '../../verdict';
import type { Size } from '../fit';
import type { ImageShape } from '../set';
import { toChannels } from './channels';
import type { Outline } from './outline';
import type { Raw } from './raw';
import {
  coloursWithSharp,
  flattenedWithSharp,
  rawWithSharp,
  resizedWithSharp,
  type SharpOptions,
} from './with-sharp';

/** A picture as a net takes it. */
export interface Rendered {
  /** height × width × channels values of 0–255, channels last, RGB; or one grey (ITU-R 601 luma) for `channels` 1. */
  readonly pixels: Uint8Array;
  /** Which rendering it is, of a picture that isn't opaque. */
  readonly rendering?: Rendering;
  /** The picture's own size, as it is stored: before it is turned. */
  readonly size?: Size;
}

/** What whoever reads a picture may make of its transparency. */
export const RENDERINGS: readonly Rendering[] = ['alpha-dropped', 'on-white', 'on-black'];

/**
 * Decodes an image that may be transparent in these renderings; to one where it isn't.
 * @throws ImageRejected `truncated`, `too-many-pixels`, `undecodable`
 */
export async function renderedWithSharp(
  bytes: Uint8Array,
  shape: ImageShape,
  wanted: readonly Rendering[],
  outline: Outline,
  options: SharpOptions,
): Promise<Rendered[]> {
  if (isTooLargeToHold(outline)) return await renderedInPasses(bytes, shape, wanted, options);
  const raw = await rawWithSharp(bytes, options);
  // On any ground an opaque picture is what it is without its alpha.
  if (await isOpaque(raw))
    return [{ pixels: await rendered(await withoutAlpha(raw), 'alpha-dropped', shape) }];
  const all = new Map<Rendering, Rendered>();
  // One after the other, since each takes memory; that without alpha is last, since it takes the picture's place.
  for (const rendering of [...wanted].sort(lastDropped)) {
    const from = rendering === 'alpha-dropped' ? await withoutAlpha(raw) : raw;
    all.set(rendering, { pixels: await rendered(from, rendering, shape), rendering });
  }
  return wanted.map((rendering) => valueAt(all, rendering));
}

/**
 * Beyond so many pixels a picture is not held as a whole, but where its decoder does so anyway: decoding that several times takes
 * long, and saves little.
 */
const MOST_HELD = 2 ** 22;

function isTooLargeToHold({ size, isHeldWhole }: Outline): boolean {
  return size !== undefined && size.width * size.height > MOST_HELD && !isHeldWhole;
}

/**
 * Decodes a large image anew for each rendering, and each colour for itself where its alpha is dropped: pixels of four bytes
 * each beside what a decoder holds would be too much.
 */
async function renderedInPasses(
  bytes: Uint8Array,
  shape: ImageShape,
  wanted: readonly Rendering[],
  options: SharpOptions,
): Promise<Rendered[]> {
  const all: Rendered[] = [];
  for (const rendering of wanted) {
    const { data, channels } =
      rendering === 'alpha-dropped'
        ? await coloursWithSharp(bytes, shape, options)
        : await flattenedWithSharp(bytes, rendering, shape, options);
    all.push({ pixels: toChannels(data, channels, shape), rendering });
  }
  // All the same: nothing shines through that would show.
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return all;
  const isSame = others.every(({ pixels }) => Buffer.compare(pixels, first.pixels) === 0);
  return isSame ? [{ pixels: first.pixels }] : all;
}

const lastDropped = (a: Rendering, b: Rendering) =>
  Number(a === 'alpha-dropped') - Number(b === 'alpha-dropped');

async function rendered(raw: Raw, rendering: Rendering, shape: ImageShape): Promise<Uint8Array> {
  const isDone = raw.width === shape.width && raw.height === shape.height && rendering === 'alpha-dropped';
  const { data, channels } = isDone ? raw : await resizedWithSharp(raw, rendering, shape);
  return toChannels(data, channels, shape);
}

/** So many values are looked at at one go. */
const AT_ONE_GO = 2 ** 22;

/** Whether nothing shines through: the last of two or four channels is 255 everywhere. */
async function isOpaque({ data, channels }: Raw): Promise<boolean> {
  if (channels % 2 !== 0) return true;
  for (let from = channels - 1; from < data.length; from += AT_ONE_GO) {
    if (from >= AT_ONE_GO) await letOthersRun();
    const to = Math.min(from + AT_ONE_GO, data.length);
    for (let i = from; i < to; i += channels) if (data[i] !== 255) return false;
  }
  return true;
}

/** Colours alone. They take the place of the picture, which is lost: a large one need not be there twice. */
async function withoutAlpha(raw: Raw): Promise<Raw> {
  const { data, channels } = raw;
  if (channels % 2 !== 0) return raw;
  const colours = channels - 1;
  let at = 0;
  for (let from = 0; from < data.length; from += AT_ONE_GO) {
    if (from > 0) await letOthersRun();
    const to = Math.min(from + AT_ONE_GO, data.length);
    for (let i = from; i < to; i += channels) for (let c = 0; c < colours; c++) data[at++] = data[i + c]!;
  }
  return { ...raw, data: data.subarray(0, at), channels: colours };
}
