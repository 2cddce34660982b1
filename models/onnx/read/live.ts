import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { applier } from '../../keras/layers/plan';

/** Gives names that no other layer of the net has. */
export type Unique = (name: string) => string;

/** A tensor whose axes are those of ONNX that were asked for, and what one that lies as it does stands for. */
interface Laid {
  readonly tensor: SymbolicTensor;
  /** @param tensor as long along all axes but those that a node changes */
  wrap(tensor: SymbolicTensor): Live;
}

/**
 * A tensor of the net that depends on the images, read as the net makes it of one image: ONNX's axis for the number of images has the length 1
 * wherever it goes, and TensorFlow.js has any number of images along its first one, which is axis 0 here. Images lie channels last in
 * TensorFlow.js, mostly channels first in ONNX: each axis that ONNX has is told as the axes of the tensor that it consists of, in order
 * (none: of length 1). So what only renames axes (Transpose, Flatten, Squeeze) costs nothing, and images are never turned round.
 */
export class Live {
  readonly #laid = new Map<string, SymbolicTensor>();

  /** @param axes axis 0 among one's own tells that the number of images is a part of it; among none's, that it isn't known of which */
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

  /** As ONNX has it of one image. */
  get shape(): number[] {
    return this.axes.map((axes) => axes.reduce((product, axis) => product * this.lengthOf(axis), 1));
  }

  /** Whether the number of images is a part of one of ONNX's axes. */
  isOfImages(axis: number): boolean {
    return this.axes[axis]!.includes(0);
  }

  /** Which of ONNX's axes is the number of images and nothing else: where it isn't known, the first one of length 1. */
  get #images(): number {
    const { axes, shape } = this;
    const told = axes.findIndex((own) => own.includes(0));
    return shape[Math.max(told, 0)] === 1 ? Math.max(told, 0) : -1;
  }

  /** Whether ONNX's first axis is the number of images, and nothing else. */
  get isBatched(): boolean {
    return this.#images === 0;
  }

  /** ONNX's axes but for the number of images. */
  get inner(): number[] {
    const images = this.#images;
    return [...this.axes.keys()].filter((axis) => axis !== images);
  }

  /** What lies as this one does, of the same shape. */
  like(tensor: SymbolicTensor): Live {
    return new Live(tensor, this.axes);
  }

  /** An axis of the tensor: its length of one image. */
  lengthOf(axis: number): number {
    return axis === 0 ? 1 : this.tensor.shape[axis]!;
  }

  /** Whether it lies in an order of ONNX's axes, but for axes of length 1. */
  lies(order: readonly number[]): boolean {
    return this.#atoms(order).every((axis, i, all) => i === 0 || axis > all[i - 1]!);
  }

  /**
   * The tensor with ONNX's axes in an order, each one of its own, behind the number of images.
   * @param order all of ONNX's axes of more than one place, and others
   */
  laid(order: readonly number[], unique: Unique): Laid {
    const key = order.join();
    const tensor = this.#laid.get(key) ?? this.#lay(order, unique);
    this.#laid.set(key, tensor);
    const axes = this.axes.map((own, axis) => {
      const at = order.indexOf(axis) + 1;
      return [...(own.includes(0) ? [0] : []), ...(at > 0 ? [at] : [])];
    });
    return { tensor, wrap: (made) => new Live(made, axes) };
  }

  /** As `laid`, with one axis last, the others of more than one place as they are. */
  lastly(axis: number, unique: Unique): Laid {
    const { shape } = this;
    return this.laid([...this.inner.filter((each) => each !== axis && shape[each] !== 1), axis], unique);
  }

  /** The axes of the tensor, of more than one place, in an order of ONNX's. */
  #atoms(order: readonly number[]): number[] {
    return order.flatMap((axis) => this.axes[axis]!).filter((axis) => this.lengthOf(axis) !== 1);
  }

  #lay(order: readonly number[], unique: Unique): SymbolicTensor {
    let { tensor } = this;
    if (!this.lies(order)) {
      const atoms = this.#atoms(order);
      const ones = [...tensor.shape.keys()].filter((axis) => axis > 0 && !atoms.includes(axis));
      const dims = [...atoms, ...ones];
      tensor = applier(layers.permute({ name: unique('permute'), dims }))([tensor]);
    }
    const { shape } = this;
    const targetShape = order.map((axis) => shape[axis]!);
    const isThere =
      tensor.shape.length === targetShape.length + 1 &&
      targetShape.every((length, i) => length === tensor.shape[i + 1]);
    if (isThere) return tensor;
    return applier(layers.reshape({ name: unique('reshape'), targetShape }))([tensor]);
  }
}
