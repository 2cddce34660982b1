import type { ImageShape } from '../../models/images/set';
import type { Rendering } from '../../models/verdict';
import { toChannels } from './channels';
import { type Raw, rawWithSharp, resizedWithSharp, type SharpOptions } from './with-sharp';

/** A picture as a net takes it. */
export interface Rendered {
  /** height × width × channels values of 0–255, channels last, RGB; or one grey (ITU-R 601 luma) for `channels` 1. */
  readonly pixels: Uint8Array;
  /** Which rendering it is, of a picture that isn't opaque. */
  readonly rendering?: Rendering;
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
  options: SharpOptions,
): Promise<Rendered[]> {
  const raw = await rawWithSharp(bytes, options);
  const isOfSize = raw.width === shape.width && raw.height === shape.height;
  const of = async (rendering: Rendering): Promise<Uint8Array> => {
    const isDone = isOfSize && rendering === 'alpha-dropped';
    const { data, channels } = isDone ? raw : await resizedWithSharp(raw, rendering, shape);
    return toChannels(data, channels, shape);
  };
  // On any ground an opaque picture is what it is without its alpha.
  if (isOpaque(raw)) return [{ pixels: await of('alpha-dropped') }];
  const all: Rendered[] = [];
  // One after the other: each takes memory.
  for (const rendering of wanted) all.push({ pixels: await of(rendering), rendering });
  return all;
}

/** Whether nothing shines through: the last of two or four channels is 255 everywhere. */
function isOpaque({ data, channels }: Raw): boolean {
  if (channels % 2 !== 0) return true;
  for (let i = channels - 1; i < data.length; i += channels) if (data[i] !== 255) return false;
  return true;
}
