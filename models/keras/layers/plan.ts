import * as tf from '@tensorflow/tfjs-core';
import { type layers, type SymbolicTensor, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { first } from '../../present';
import type { Shape } from '../config/spec';
import { CHANNELS_FIRST_HINT, type Options } from './options';

/** A weight that Keras keeps for a layer. */
export interface WeightSlot {
  /** Keras's name of it: `kernel`, `bias`, `gamma`, … */
  readonly name: string;
  /** Whether training changes it: in nested models those come first. */
  readonly trainable: boolean;
  /** Its shape, given the shape of the layer's first input. */
  shape(input: Shape): number[];
}

export interface WeightValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Calls a layer on tensors; the first call builds it and puts the weights in. */
export type Applier = (inputs: SymbolicTensor[]) => SymbolicTensor;

/** What a layer is called on: one tensor at least. */
type Inputs = [SymbolicTensor, ...SymbolicTensor[]];

/** What a layer of the file becomes. */
export interface Plan {
  /** In the order in which Keras keeps them. */
  readonly slots: readonly WeightSlot[];
  /**
   * Makes the TensorFlow.js layers.
   * @param name unique within the net
   * @param weights as many as slots, of their shapes
   */
  make(name: string, weights: readonly WeightValues[]): Applier;
}

export function slot(name: string, shape: (input: Shape) => number[], trainable = true): WeightSlot {
  return { name, trainable, shape };
}

/** Length of an input's last dimension, the channels; 0 where it is open, which no weight fits. */
export function channelsOf(input: Shape): number {
  return input.at(-1) ?? 0;
}

/** A layer that answers with its input, unchanged, outside training. */
export const passThrough: Plan = { slots: [], make: () => (inputs) => first(inputs) };

/** A layer without weights. */
export function plain(make: (name: string) => layers.Layer): Plan {
  return { slots: [], make: (name) => applier(make(name)) };
}

/** One step after the other. */
export function chain(steps: readonly Applier[]): Applier {
  return (inputs) => steps.reduce((value, step) => step([value]), first(inputs));
}

/** Makes the layers at the first call, when the shape of the input is known; further calls share them. */
export function lazily(make: (inputs: Inputs) => Applier): Applier {
  let made: Applier | undefined;
  return (inputs) => {
    made ??= make(inputs as Inputs);
    return made(inputs);
  };
}

/**
 * Calls one layer, and gives it its weights once it is built. TensorFlow.js frees a tensor that a layer takes twice before others take it:
 * the second time a layer takes it by way of an activation that leaves it as it is.
 */
export function applier(layer: layers.Layer, weights: readonly WeightValues[] = []): Applier {
  let set = weights.length === 0;
  let again = 0;
  return (given) => {
    const inputs = given.map((input, i) => {
      if (given.indexOf(input) === i) return input;
      const same = tfLayers.activation({ activation: 'linear', name: `${layer.name}_again_${again++}` });
      return same.apply(input) as SymbolicTensor;
    });
    const output = layer.apply(inputs.length === 1 ? first(inputs) : inputs) as SymbolicTensor;
    if (!set) {
      tf.tidy(() => layer.setWeights(weights.map(({ values, shape }) => tf.tensor(values, [...shape]))));
      set = true;
    }
    return output;
  };
}

/** @throws NetError where a layer runs over another axis than the last of its input */
export function checkLast(options: Options, axes: readonly number[], input: Shape): void {
  if (axes.length === 1 && (axes[0] === -1 || axes[0] === input.length - 1)) return;
  throw new NetError(`${options.where} does not run over the last dimension (axis ${axes})`, {
    hint: axes.length === 1 && axes[0] === 1 ? CHANNELS_FIRST_HINT : OVER_LAST,
  });
}

const OVER_LAST = 'Build the net with axis=-1, over the channels alone, and save it again.';

/** `checkLast` before each call. */
export function overLast(options: Options, axes: readonly number[], apply: Applier): Applier {
  return (inputs) => {
    checkLast(options, axes, first(inputs).shape);
    return apply(inputs);
  };
}
