import { UsageError } from '../errors';

/**
 * How a picture of another size is brought to the net's: `stretch`, each side for itself; `crop`, until it covers the net's size, of which
 * the middle is taken; `crop:R/S`, the same, but made R/S times as large before (torchvision's `Resize(256)` and `CenterCrop(224)` are
 * `crop:256/224`); `pad`, until it fits in, with black beside it. What has the net's size is taken as it is.
 */
export type Fit = 'stretch' | 'pad' | 'crop' | `crop:${number}/${number}`;

/** What a `--fit` flag looks like. */
export const FIT = /^(stretch|pad|crop(:[1-9]\d{0,4}\/[1-9]\d{0,4})?)$/;

/** Height and width, in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A side of a picture on that of a net: as many pixels as it is made to, and which of them is the net's first. */
export interface Side {
  readonly scaled: number;
  /** Below 0 where there is black before it. */
  readonly offset: number;
}

/** Where a picture comes to lie. */
export interface Placing {
  readonly height: Side;
  readonly width: Side;
}

/** Reads a `--fit` flag. @throws UsageError when it is none of the forms */
export function parseFit(text: string): Fit {
  const refused = (why: string, hint?: string) => new UsageError(`--fit ${text}: ${why}`, { hint });
  const [, ...sizes] = /^crop:([^/]*)\/([^/]*)$/.exec(text) ?? [];
  for (const [i, size] of sizes.entries()) {
    const what = i === 0 ? 'the size that a picture is made to' : 'the size that is cut out';
    if (!/^[1-9]\d{0,4}$/.test(size))
      throw refused(
        `${what} is "${size}", not a whole number of 1 to 99999`,
        'For example: --fit crop:256/224.',
      );
  }
  if (!isFit(text)) throw refused('stretch, crop, crop:256/224, or pad is wanted');
  const { resized, cropped } = cropOf(text);
  if (resized >= cropped) return text;
  throw refused(
    'what is cut out is larger than the picture',
    `The size that a picture is made to comes first: crop:${cropped}/${resized}.`,
  );
}

/** Whether a text is of one of the forms. */
export function isFit(text: unknown): text is Fit {
  return typeof text === 'string' && FIT.test(text);
}

/** The two sizes of `crop:R/S`. */
function cropOf(fit: Fit): { resized: number; cropped: number } {
  const [, resized = 1, cropped = 1] = /:(\d+)\/(\d+)/.exec(fit) ?? [];
  return { resized: Number(resized), cropped: Number(cropped) };
}

/**
 * Tells where a picture comes to lie. Sizes are rounded as torchvision's `Resize` and `CenterCrop` do, and TensorFlow's
 * `tf.image.resize_with_pad`.
 * @param picture as it is seen, turned upright
 */
export function placing(fit: Fit, picture: Size, net: Size): Placing {
  const isSame = picture.height === net.height && picture.width === net.width;
  if (fit === 'stretch' || isSame) return stretched(net);
  return fit === 'pad' ? padded(picture, net) : cropped(picture, net, cropOf(fit));
}

/** Each side for itself. */
export function stretched({ height, width }: Size): Placing {
  return { height: { scaled: height, offset: 0 }, width: { scaled: width, offset: 0 } };
}

function cropped(
  picture: Size,
  net: Size,
  { resized, cropped }: { readonly resized: number; readonly cropped: number },
): Placing {
  const height = Math.floor((net.height * resized) / cropped);
  const width = Math.floor((net.width * resized) / cropped);
  const isWide = picture.width * height >= picture.height * width;
  const middle = (scaled: number, of: number): Side => ({ scaled, offset: half(scaled - of) });
  return {
    height: middle(isWide ? height : Math.floor((picture.height * width) / picture.width), net.height),
    width: middle(isWide ? Math.floor((picture.width * height) / picture.height) : width, net.width),
  };
}

/** To the nearest whole number, and of two to the even one, as Python's `round` does. */
function half(whole: number): number {
  const down = Math.floor(whole / 2);
  return whole % 2 === 0 || down % 2 === 0 ? down : down + 1;
}

function padded(picture: Size, net: Size): Placing {
  const isTall = picture.height * net.width >= picture.width * net.height;
  const whole = (scaled: number): Side => ({ scaled, offset: 0 });
  // TensorFlow halves what is beside it before that is whole.
  const within = (length: number, of: number): Side => ({
    scaled: Math.max(1, Math.floor(length)),
    offset: 0 - Math.floor((of - length) / 2),
  });
  return isTall
    ? {
        height: whole(net.height),
        width: within((picture.width * net.height) / picture.height, net.width),
      }
    : {
        height: within((picture.height * net.width) / picture.width, net.height),
        width: whole(net.width),
      };
}
