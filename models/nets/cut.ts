import type * as tf from '@tensorflow/tfjs-layers';
import { first, valueAt } from '../present';
import { DilatedConv2D } from './dilated';
import { callsInOrder, type LayerCall } from './graph';
import { GroupedConv2D } from './grouped';

/** A place where a net can be cut in two: every path from input to output passes this tensor. */
export interface CutPoint {
  readonly tensor: tf.SymbolicTensor;
  /** Share of the net's multiply-adds that are done once this tensor is there, 0–1. */
  readonly share: number;
}

/** Multiply-adds of one layer call for one image: kernel values times the places where they are applied. */
function multiplyAdds(call: LayerCall): number {
  const places = first(call.outputs)
    .shape.slice(1, -1)
    .reduce<number>((product, size) => product * (size ?? 1), 1);
  return call.layer.weights
    .filter((weight) => weight.shape.length >= 2)
    .reduce((sum, weight) => sum + places * weight.shape.reduce<number>((p, size) => p * (size ?? 1), 1), 0);
}

/** Multiply-adds of a flat net for one image. */
export function multiplyAddsOf(model: tf.LayersModel): number {
  return callsInOrder(model.outputs).reduce((sum, call) => sum + multiplyAdds(call), 0);
}

/**
 * The places where a flat net (see copyNet) can be cut, from input to output; the output itself is the last.
 * A tensor qualifies when, once it is computed, nothing computed before it is needed any more.
 */
export function cutPoints(model: tf.LayersModel): CutPoint[] {
  const calls = callsInOrder(model.outputs);
  const total = calls.reduce((sum, call) => sum + multiplyAdds(call), 0) || 1;
  const uses = new Map<number, number>();
  for (const call of calls)
    for (const input of call.inputs) uses.set(input.id, (uses.get(input.id) ?? 0) + 1);

  const live = new Set<number>([first(model.inputs).id]);
  const cuts: CutPoint[] = [];
  let done = 0;
  for (const call of calls) {
    done += multiplyAdds(call);
    for (const output of call.outputs) live.add(output.id);
    for (const input of call.inputs) {
      const left = valueAt(uses, input.id) - 1;
      uses.set(input.id, left);
      if (left === 0) live.delete(input.id);
    }
    const output = first(call.outputs);
    if (live.size === 1 && live.has(output.id)) cuts.push({ tensor: output, share: done / total });
  }
  return cuts;
}

/** The last image-shaped (rank 4) tensor that everything passes: what the net's head works on. */
export function trunkCut(model: tf.LayersModel): tf.SymbolicTensor | undefined {
  return cutPoints(model)
    .filter((cut) => cut.tensor.shape.length === 4)
    .at(-1)?.tensor;
}

/**
 * Share of the multiply-adds that the stem may take.
 * Origin: E so cut against E with all convolutions frozen and with none, on self-made nets of faces and signs (docs/method.md,
 * "What was tried and failed"); the share itself chosen by hand; not varied.
 */
const LARGEST_STEM = 0.75;

/**
 * Where the expert parts from B: the last image-shaped tensor that everything passes and that leaves a quarter of the
 * arithmetic to what comes behind it. Undefined where there is none: the expert is then a net of its own.
 */
export function stemCut(model: tf.LayersModel): tf.SymbolicTensor | undefined {
  return cutPoints(model)
    .filter(({ tensor, share }) => share > 0 && share <= LARGEST_STEM && tensor.shape.length === 4)
    .at(-1)?.tensor;
}

/** Height and width that halves are worth cutting at. Origin: chosen by hand; not varied. */
const SMALLEST_CUT = 4;

/** The last image-shaped tensor that everything passes and that is at least 4 × 4: where halves are transplanted. */
export function transplantCut(model: tf.LayersModel): tf.SymbolicTensor | undefined {
  return cutPoints(model)
    .filter(
      ({ tensor, share }) =>
        share > 0 &&
        tensor.shape.length === 4 &&
        (tensor.shape[1] ?? 0) >= SMALLEST_CUT &&
        (tensor.shape[2] ?? 0) >= SMALLEST_CUT,
    )
    .at(-1)?.tensor;
}

/** What the last layer with weights works on: the net's own description of the image, before it names a class. */
export function latentTensor(model: tf.LayersModel): tf.SymbolicTensor {
  const call = callsInOrder(model.outputs)
    .filter((each) => each.layer.weights.some((weight) => weight.shape.length >= 2))
    .at(-1);
  return call?.inputs[0] ?? first(model.outputs);
}

/** Whether a layer convolves over height and width with a kernel of its own. */
export function isConvolution(layer: tf.layers.Layer): boolean {
  return [
    'Conv2D',
    'DepthwiseConv2D',
    'SeparableConv2D',
    DilatedConv2D.className,
    GroupedConv2D.className,
  ].includes(layer.getClassName());
}
