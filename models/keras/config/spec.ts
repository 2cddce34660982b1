import type { NetError } from '../../errors';
import type { JsonObject } from './json';

/** With the batch first, as null; null where a length is open. */
export type Shape = readonly (number | null)[];

/** The output of one call of a layer. */
export interface TensorRef {
  readonly layer: string;
  /** Which call of the layer, from 0. */
  readonly call: number;
}

/** A layer as any Keras wrote it, not yet checked. */
export interface LayerSpec {
  readonly name: string;
  /** Keras 2's name of the class. */
  readonly className: string;
  /** The layer's options, under Keras 2's or 3's names. */
  readonly config: JsonObject;
  /** The frozen flag matters for the order in which the weights of nested models are kept. */
  readonly trainable: boolean;
  /** What it is, where it is none of Keras's layers: `of the class mine>Odd, made outside Keras`. */
  readonly foreign: string | undefined;
  /** Why it can't be used, where its options or connections already show it. */
  readonly refusal: NetError | undefined;
  readonly inner: ModelSpec | undefined;
  /** For each call of the layer, the tensors that it is called on. */
  readonly calls: readonly (readonly TensorRef[])[];
}

/** A net, or a nested model, as a graph of layer calls; a Sequential model is a chain of them. */
export interface ModelSpec {
  readonly name: string;
  readonly className: string;
  readonly layers: readonly LayerSpec[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
  /** Shape of the first input, where the configuration tells it. */
  readonly inputShape: Shape | undefined;
}

/** The classes whose configuration holds layers. */
export function isModelClass(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}
