import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { applier } from '../../keras/layers/plan';

/** Gives names that no other layer of the net has. */
export type Unique = (name: string) => string;

/**
 * A tensor of the net that depends on the images. Images lie channels last in TensorFlow.js, mostly channels first in ONNX: each axis that ONNX
 * has is told as the axes of the tensor that it consists of, in order (none: of length 1). So what only renames axes (Transpose, Flatten,
 * Squeeze) costs nothing, and images are never turned round.
 */
export class Live {
  readonly #arranged = new Map<string, SymbolicTensor>();

  constructor(
    readonly tensor: SymbolicTensor,
    readonly axes: readonly (readonly number[])[],
  ) {}

  /** A tensor whose axes are ONNX's. */
  static plain(tensor: SymbolicTensor): Live {
    return new Live(
      tensor,
      tensor.shape.map((_, axis) => [axis]),
    );
  }

  /** Images channels last, which ONNX has channels first. */
  static image(tensor: SymbolicTensor): Live {
    return new Live(tensor, [[0], [3], [1], [2]]);
  }

  get rank(): number {
    return this.axes.length;
  }

  /** As ONNX has it; NaN for the number of images. */
  get shape(): number[] {
    return this.axes.map((axes) => axes.reduce((product, axis) => product * this.lengthOf(axis), 1));
  }

  /** Whether the number of images is its first axis, and no part of another. */
  get isBatched(): boolean {
    return this.axes[0]?.length === 1 && this.axes[0][0] === 0 && !this.axes.slice(1).flat().includes(0);
  }

  /** What lies as this one does, of the same shape. */
  like(tensor: SymbolicTensor): Live {
    return new Live(tensor, this.axes);
  }

  /** An axis of the tensor: its length, NaN for the number of images. */
  lengthOf(axis: number): number {
    return this.tensor.shape[axis] ?? Number.NaN;
  }

  /** Whether it lies in an order of ONNX's axes, but for axes of length 1. */
  lies(order: readonly number[]): boolean {
    return this.#atoms(order).every((axis, i, all) => i === 0 || axis > all[i - 1]!);
  }

  /**
   * The tensor with ONNX's axes in an order, each one of its own.
   * @param order begins with 0, the number of images
   */
  arranged(order: readonly number[], unique: Unique): SymbolicTensor {
    const key = order.join();
    const known = this.#arranged.get(key);
    if (known) return known;
    const made = this.#arrange(order, unique);
    this.#arranged.set(key, made);
    return made;
  }

  /** The axes of the tensor, of more than one place, in an order of ONNX's. */
  #atoms(order: readonly number[]): number[] {
    return order.flatMap((axis) => this.axes[axis]!).filter((axis) => this.lengthOf(axis) !== 1);
  }

  #arrange(order: readonly number[], unique: Unique): SymbolicTensor {
    let { tensor } = this;
    if (!this.lies(order)) {
      const atoms = this.#atoms(order);
      const ones = tensor.shape.map((_, axis) => axis).filter((axis) => !atoms.includes(axis));
      const dims = [...atoms.slice(1), ...ones];
      tensor = applier(layers.permute({ name: unique('permute'), dims }))([tensor]);
    }
    const wanted = order.map((axis) => this.shape[axis]!);
    const isThere =
      tensor.shape.length === wanted.length &&
      wanted.every((length, i) => i === 0 || length === tensor.shape[i]);
    if (isThere) return tensor;
    return applier(layers.reshape({ name: unique('reshape'), targetShape: wanted.slice(1) }))([tensor]);
  }
}
