import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Pad } from '../../nets/pad';
import { atLeast, present } from '../../present';
import { type Call, made } from './call';

/** Rows and columns. */
export type Sides = readonly [number, number];
/** Of rows, then of columns: how many before, how many behind. */
export type Pads = [[number, number], [number, number]];

/** How a window moves over images. */
export interface Window {
  readonly size: Sides;
  readonly strides: Sides;
  readonly dilations: Sides;
  /** As ONNX pads. */
  readonly pads: Pads;
  /** How many places it comes to. */
  readonly places: Sides;
  /** Rows and columns behind the padding that the last windows reach beyond it: with `ceil_mode`. */
  readonly beyond: Sides;
}

const LARGEST = 2 ** 14;

/**
 * Reads how a node's window moves over images of some height and width.
 * @param size of the kernel
 * @throws NetError for what is no window of two dimensions, or one that comes to no place
 */
export function windowOf({ node }: Call, size: readonly number[] | undefined, image: Sides): Window {
  const pair = (values: readonly number[], what: string): Sides => {
    const ok =
      values.length === 2 && values.every((each) => Number.isInteger(each) && each >= 1 && each <= LARGEST);
    if (!ok) throw node.refused(`has ${what} ${values.join('×')}`);
    return values as unknown as Sides;
  };
  const kernel = pair(size ?? [], 'the window');
  const strides = pair(node.ints('strides') ?? [1, 1], 'the strides');
  const dilations = pair(node.ints('dilations') ?? [1, 1], 'the dilations');
  const given = node.ints('pads') ?? [0, 0, 0, 0];
  const auto = node.text('auto_pad', 'NOTSET');
  const isCeil = node.int('ceil_mode', 0) === 1;
  if (given.length !== 4 || given.some((pad) => !(Number.isInteger(pad) && pad >= 0 && pad <= LARGEST)))
    throw node.refused(`has the pads ${given.join(', ')}`);
  const sides = [0, 1].map((axis) => {
    const length = image[axis]!;
    const stride = strides[axis]!;
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1;
    const pads: [number, number] = [given[axis]!, given[axis + 2]!];
    if (auto.startsWith('SAME')) {
      const around = aroundSame(length, stride, reach);
      const less = Math.floor(around / 2);
      pads[0] = auto === 'SAME_LOWER' ? around - less : less;
      pads[1] = around - pads[0];
    } else if (auto === 'VALID') pads.fill(0);
    const padded = length + pads[0] + pads[1];
    let places = (isCeil ? Math.ceil : Math.floor)((padded - reach) / stride) + 1;
    // A window that begins behind the image and its first padding is left out.
    if (isCeil && (places - 1) * stride >= length + pads[0]) places--;
    if (!(places >= 1)) throw node.refused(`has a window larger than its input of ${image.join('×')}`);
    return { pads, places, beyond: Math.max((places - 1) * stride + reach - padded, 0) };
  });
  const [rows, columns] = sides as [(typeof sides)[0], (typeof sides)[0]];
  return {
    size: kernel,
    strides,
    dilations,
    pads: [rows.pads, columns.pads],
    places: [rows.places, columns.places],
    beyond: [rows.beyond, columns.beyond],
  };
}

/** How much `same` pads along a side, before and behind together. */
function aroundSame(length: number, stride: number, reach: number): number {
  return Math.max((Math.ceil(length / stride) - 1) * stride + reach - length, 0);
}

/** Height and width. */
export function sidesOf(image: SymbolicTensor): Sides {
  const [, rows, columns] = atLeast(3, image.shape);
  return [present(rows, 'A height'), present(columns, 'A width')];
}

/** Whether nothing is padded, or just what Keras pads for `same`; undefined where it is something else. */
export function paddingOf(
  { size, strides, dilations, pads, beyond }: Window,
  image: Sides,
): 'valid' | 'same' | undefined {
  if (beyond.some((more) => more > 0)) return undefined;
  if (pads.flat().every((pad) => pad === 0)) return 'valid';
  const isSame = pads.every(([before, behind], axis) => {
    const reach = (size[axis]! - 1) * dilations[axis]! + 1;
    const around = aroundSame(image[axis]!, strides[axis]!, reach);
    return before === Math.floor(around / 2) && behind === around - before;
  });
  return isSame ? 'same' : undefined;
}

/** Images with rows and columns of a value around them. */
export function padded(call: Call, x: SymbolicTensor, padding: Pads, value = 0): SymbolicTensor {
  if (padding.flat().every((pad) => pad === 0)) return x;
  const around = { ...call, name: `${call.name}_pad` };
  const layer = (name: string) =>
    value === 0 ? layers.zeroPadding2d({ name, padding }) : new Pad({ name, padding, value });
  return made(around, layer)([x]);
}
