import type { layers } from '@tensorflow/tfjs-layers';
import { last } from '../../present';
import type { OnnxGraph } from '../graph';
import type { Value } from '../value';

/** Thrown for a layer that can't be written. */
export class UnwrittenLayer extends Error {
  override readonly name = 'UnwrittenLayer';
}

/** A call of a layer. */
export interface Call {
  readonly layer: layers.Layer;
  /** The layer's config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Value[];
  /** The first of the inputs. */
  readonly input: Value;
  /** Of what comes out, in Keras, without its first dimension. */
  readonly outputShape: readonly number[];
}

/** Adds what a layer computes to a graph. @throws UnwrittenLayer where it has an option that is not written */
export type Writer = (graph: OnnxGraph, call: Call) => Value;

/** The weights of a layer, in TensorFlow.js's order. */
export interface Weight {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

export function weightsOf(layer: layers.Layer): Weight[] {
  return layer
    .getWeights()
    .map((weight) => ({ values: weight.dataSync() as Float32Array, shape: weight.shape }));
}

/** @throws UnwrittenLayer */
export function refuse(layer: layers.Layer, what: string): never {
  throw new UnwrittenLayer(`the layer "${layer.name}" (${layer.getClassName()}) has ${what}`);
}

/** A tensor with its axes in another order. */
export function permuted({ values, shape }: Weight, order: readonly number[]): Weight {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = new Float32Array(values.length);
  const inner = last(order);
  const [length, step] = [shape[inner]!, steps[inner]!];
  let at = 0;
  const fill = (depth: number, offset: number) => {
    const axis = order[depth]!;
    if (axis === inner) {
      for (let i = 0; i < length; i++) result[at++] = values[offset + i * step]!;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) fill(depth + 1, offset + i * steps[axis]!);
  };
  fill(0, 0);
  return { values: result, shape: order.map((axis) => shape[axis]!) };
}

/** Adds weights as a constant. @param shape another one of as many values */
export function constant(graph: OnnxGraph, { values, shape }: Weight, as: readonly number[] = shape): string {
  return graph.floats(values, as);
}
