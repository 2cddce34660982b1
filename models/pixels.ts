import { UsageError } from './errors';

/** The order of a net's three colour channels, where it is not red, green, blue: as OpenCV and Caffe have them. */
interface Order {
  readonly order?: 'bgr' | undefined;
}

/** How a net wants its pixels, from 0–255. */
export type PixelScaling =
  | ({ readonly kind: '0-1' | '0-255' | '-1-1' } & Order)
  /** (value − mean) / std, one mean and std a channel, in units of 0–255 and in the order of the net's channels. */
  | ({
      readonly kind: 'mean-std';
      readonly mean: readonly number[];
      readonly std: readonly number[];
    } & Order);

/** A mean and a deviation a colour, red first, in units of 0–1, as training scripts have them. */
const ofUnit = (mean: readonly number[], std: readonly number[]): PixelScaling => ({
  kind: 'mean-std',
  mean: mean.map(from1),
  std: std.map(from1),
});

/** Of ImageNet: torchvision's `transforms.Normalize`, timm's IMAGENET_DEFAULT_MEAN and _STD; Keras's `preprocess_input` in mode `torch`. */
const IMAGENET = ofUnit([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
/** Of the training images of CIFAR-10 (Krizhevsky 2009), over all their pixels. */
const CIFAR10 = ofUnit([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]);
/** Of CLIP (Radford et al. 2021): `clip.load` of openai/CLIP, timm's OPENAI_CLIP_MEAN and _STD. */
const CLIP = ofUnit([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);
/** −1…1: timm's IMAGENET_INCEPTION_MEAN and _STD, 0.5 each; Keras's `preprocess_input` in mode `tf`. */
const INCEPTION: PixelScaling = { kind: '-1-1' };
/** Blue first, ImageNet's means taken off: Keras's `preprocess_input` in mode `caffe` (`keras.applications`: VGG, ResNet). */
const CAFFE: PixelScaling = {
  kind: 'mean-std',
  mean: [103.939, 116.779, 123.68],
  std: [1, 1, 1],
  order: 'bgr',
};

/** Scalings by the names that they go by. */
const NAMED: ReadonlyMap<string, PixelScaling> = new Map([
  ['imagenet', IMAGENET],
  ['torch', IMAGENET],
  ['cifar10', CIFAR10],
  ['clip', CLIP],
  ['inception', INCEPTION],
  ['tf', INCEPTION],
  ['caffe', CAFFE],
]);

/**
 * The scalings that are tried when none is told, in this order, red first.
 * Origin: the scalings that Keras’s own preprocessing has; which is taken is told by clean accuracy.
 */
export const PIXEL_CANDIDATES: readonly PixelScaling[] = [
  { kind: '0-1' },
  { kind: '0-255' },
  INCEPTION,
  IMAGENET,
  CIFAR10,
  CLIP,
];

/** Those that are tried with blue first. Origin: as PIXEL_CANDIDATES, of what OpenCV reads and Keras’s mode `caffe`. */
export const BGR_CANDIDATES: readonly PixelScaling[] = [
  { kind: '0-1', order: 'bgr' },
  { kind: '0-255', order: 'bgr' },
  { kind: '-1-1', order: 'bgr' },
  CAFFE,
  blueFirst(IMAGENET),
];

const FORMS = `0-1, 0-255, -1-1, ${[...NAMED.keys()].join(', ')}, or mean-std:M,M,M/S,S,S; with bgr- before it, blue first`;

/**
 * Reads a `--pixels` flag.
 * @throws UsageError when it is none of the forms
 */
export function parsePixels(text: string): PixelScaling {
  return readPixels(text).scaling;
}

/**
 * Reads a `--pixels` flag, and tells what it was taken for where that may surprise: means and deviations of up to 1 are in units of
 * 0–1, as training scripts have them, others in units of 0–255.
 * @throws UsageError when it is none of the forms
 */
export function readPixels(text: string): { scaling: PixelScaling; said?: string } {
  if (!text.startsWith('bgr-')) return readOrdered(text, text);
  const { scaling, said } = readOrdered(text.slice('bgr-'.length), text);
  if (scaling.order === 'bgr') throw new UsageError(`--pixels ${text}: caffe is blue first already`);
  // Told ones are in the order of the net's channels; those of a name belong to their colours.
  const hasOwnNumbers = text.startsWith('bgr-mean-std');
  return {
    scaling: hasOwnNumbers ? { ...scaling, order: 'bgr' } : blueFirst(scaling),
    ...(said && { said }),
  };
}

const numbersOf = (list: string) =>
  list.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)));

function readOrdered(text: string, whole: string): { scaling: PixelScaling; said?: string } {
  if (text === '0-1' || text === '0-255' || text === '-1-1') return { scaling: { kind: text } };
  const named = NAMED.get(text);
  if (named) return { scaling: named };
  const [, means, deviations] = /^mean-std:([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (means === undefined || deviations === undefined)
    throw new UsageError(`--pixels ${whole}: ${FORMS} is wanted`);
  const [mean, std] = [numbersOf(means), numbersOf(deviations)];
  const bad = [...mean, ...std].some((value) => !Number.isFinite(value)) || std.some((value) => value <= 0);
  if (bad || mean.length !== std.length || (mean.length !== 1 && mean.length !== 3)) {
    throw new UsageError(
      `--pixels ${whole}: one or three means and as many standard deviations above 0 are wanted`,
      {
        hint: 'For example mean-std:0.485,0.456,0.406/0.229,0.224,0.225, or the same times 255.',
      },
    );
  }
  const isUnit = mean.every((each) => Math.abs(each) <= 1);
  if (isUnit && std.every((each) => each <= 1)) {
    const scaling: PixelScaling = { kind: 'mean-std', mean: mean.map(from1), std: std.map(from1) };
    const said = `Means and deviations of up to 1 are taken for those of pixels of 0–1: mean-std:${scaling.mean}/${scaling.std} of 0–255`;
    return { scaling, said };
  }
  const isMixed = isUnit ? mean.some((each) => !Number.isInteger(each)) : std.some((each) => each < 1);
  if (isMixed) {
    throw new UsageError(`--pixels ${whole}: its means and its deviations look to be in different units`, {
      hint: 'Give both for pixels of 0–1 (mean-std:0.49/0.25), or both for pixels of 0–255 (mean-std:125/63).',
    });
  }
  return { scaling: { kind: 'mean-std', mean, std } };
}

/** From units of 0–1 to units of 0–255. */
function from1(value: number): number {
  return Number((255 * value).toPrecision(12));
}

/** The same with blue first, each colour by its own mean. */
function blueFirst(scaling: PixelScaling): PixelScaling {
  if (scaling.kind !== 'mean-std') return { ...scaling, order: 'bgr' };
  const { mean, std } = scaling;
  return { ...scaling, mean: [...mean].reverse(), std: [...std].reverse(), order: 'bgr' };
}

/** A scaling in a form that parsePixels reads: by its name, where it has one. */
export function describePixels(scaling: PixelScaling): string {
  if (scaling.kind !== 'mean-std') return `${scaling.order ? 'bgr-' : ''}${scaling.kind}`;
  for (const [name, named] of NAMED) {
    if (isSame(scaling, named)) return name;
    if (isSame(scaling, blueFirst(named))) return `bgr-${name}`;
  }
  return `${scaling.order ? 'bgr-' : ''}mean-std:${scaling.mean}/${scaling.std}`;
}

function isSame(a: PixelScaling, b: PixelScaling): boolean {
  return (
    a.kind === 'mean-std' &&
    b.kind === 'mean-std' &&
    a.order === b.order &&
    `${a.mean}/${a.std}` === `${b.mean}/${b.std}`
  );
}

/** @throws UsageError for a scaling that a net of so many channels can't have */
export function checkPixels(scaling: PixelScaling, channels: number): void {
  const means = scaling.kind === 'mean-std' ? scaling.mean.length : 1;
  if ((means === 1 || means === channels) && (!scaling.order || channels === 3)) return;
  throw new UsageError(`--pixels ${describePixels(scaling)}: the net takes ${channels} channel, not three`, {
    hint: 'Tell one mean and one deviation: mean-std:M/S.',
  });
}

/**
 * A scaling as value × factor + offset, one of each a channel, in the order of the net's channels: pixels are put into that first
 * (see inNetOrder).
 */
export function pixelFactors(
  scaling: PixelScaling,
  channels: number,
): { factor: number[]; offset: number[] } {
  const each = <T>(value: T) => Array.from({ length: channels }, () => value);
  switch (scaling.kind) {
    case '0-1':
      return { factor: each(1 / 255), offset: each(0) };
    case '0-255':
      return { factor: each(1), offset: each(0) };
    case '-1-1':
      return { factor: each(2 / 255), offset: each(-1) };
    case 'mean-std': {
      const at = (values: readonly number[], channel: number) => values[channel % values.length]!;
      const channel = Array.from({ length: channels }, (_, i) => i);
      return {
        factor: channel.map((i) => 1 / at(scaling.std, i)),
        offset: channel.map((i) => -at(scaling.mean, i) / at(scaling.std, i)),
      };
    }
  }
}

/** Pixels of 0–255 as the nets take them, in plain arithmetic (scaleImages makes tensors of them). @param pixels channels last */
export function scaledPixels(
  pixels: Uint8Array | Float32Array,
  channels: number,
  scaling: PixelScaling,
): Float32Array {
  const { factor, offset } = pixelFactors(scaling, channels);
  const from = factor.map((_, channel) => (scaling.order === 'bgr' ? channels - 1 - channel : channel));
  const scaled = new Float32Array(pixels.length);
  for (let at = 0; at < pixels.length; at += channels) {
    for (let channel = 0; channel < channels; channel++)
      scaled[at + channel] = pixels[at + from[channel]!]! * factor[channel]! + offset[channel]!;
  }
  return scaled;
}
