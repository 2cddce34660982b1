import * as tf from '@tensorflow/tfjs-layers';
import { messageOf, NetError } from '../errors';
import type { ImageShape } from '../images/set';
import { first, present } from '../present';
import { assembled, uniqueNames } from './assemble';
import { MOST_LAYERS, tooMany } from './config/read';
import type { Shape, TensorRef } from './config/spec';
import type { Applier, Plan, WeightValues } from './layers/plan';
import { owned } from './owned';
import type { PlannedLayer, PlannedNet } from './planned';
import { type BoundWeights, type StoredWeight, shapeText } from './weights/stored';

/** More values than this in one layer's output for one image is no net for images. */
const MOST_VALUES = 2 ** 28;

/** What building a net tells of it. */
export interface BuildHooks {
  /** Each layer's output. */
  readonly shape?: (layer: PlannedLayer, shape: Shape) => void;
  /** What is assumed of the net, a sentence for people. */
  readonly note?: (note: string) => void;
  /** Whether a single output without a sigmoid is a logit (see Compilation). */
  readonly isLogit?: boolean;
}

/**
 * Builds the net, nested models laid flat, and puts its weights in. Sigmoids at its end are read as classes.
 * @param image the images that it takes; a net of grey images without channels is given them without
 * @throws NetError naming the layer whose weights or connections don't fit; nothing is left allocated then
 */
export function buildNet(
  net: PlannedNet,
  weights: BoundWeights,
  { height, width, channels }: ImageShape,
  { shape = () => {}, note = () => {}, isLogit = false }: BuildHooks = {},
): tf.LayersModel {
  return owned(() => {
    const image = tf.input({ batchShape: [null, height, width, channels], name: 'image' });
    const builder = new Builder(weights, shape, uniqueNames([image.name]));
    let input = image;
    if (net.spec.inputShape?.length === 3) {
      const flat = tf.layers.reshape({ name: builder.unique('grey'), targetShape: [height, width] });
      input = flat.apply(image) as tf.SymbolicTensor;
    }
    return assembled(image, builder.output(net, [input]), builder.unique, note, isLogit);
  });
}

class Builder {
  readonly #appliers = new Map<PlannedLayer, Applier>();
  /** Nested models are laid flat as often as they are called, which multiplies at each level. */
  #calls = 0;

  constructor(
    readonly weights: BoundWeights,
    readonly seen: (layer: PlannedLayer, shape: Shape) => void,
    /** Gives names that no other layer of the net has. */
    readonly unique: (path: string) => string,
  ) {}

  /** Calls a net's layers on its inputs, as far as its output needs them. */
  output(net: PlannedNet, inputs: readonly tf.SymbolicTensor[]): tf.SymbolicTensor {
    const byName = new Map(net.layers.map((layer) => [layer.spec.name, layer]));
    const done = new Map<string, tf.SymbolicTensor>();
    net.spec.inputs.forEach((ref, i) => {
      done.set(keyOf(ref), inputs[i]!);
    });
    const running = new Set<string>();
    const resolve = (ref: TensorRef): tf.SymbolicTensor => {
      const key = keyOf(ref);
      const known = done.get(key);
      if (known) return known;
      const layer = byName.get(ref.layer);
      const call = layer?.spec.calls[ref.call];
      if (!layer || !call || call.length === 0 || running.has(key)) {
        throw new NetError(
          `The net's connections don't fit: nothing gives what call ${ref.call} of "${ref.layer}" needs`,
        );
      }
      running.add(key);
      const result = this.#call(layer, call.map(resolve));
      done.set(key, result);
      return result;
    };
    return resolve(first(net.spec.outputs));
  }

  #call(layer: PlannedLayer, inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
    if (++this.#calls > MOST_LAYERS)
      throw tooMany(`${MOST_LAYERS} layers, those of nested models at each call`);
    try {
      const output = layer.inner
        ? this.output(layer.inner, inputs)
        : this.#applier(layer, first(inputs).shape)(inputs);
      const values = output.shape.slice(1).reduce<number>((product, length) => product * (length ?? 1), 1);
      if (!(values >= 1 && values <= MOST_VALUES))
        throw new Error(`its output would be ${shapeText(output.shape)}`);
      this.seen(layer, output.shape);
      return output;
    } catch (cause) {
      if (cause instanceof NetError) throw cause;
      const where = `Layer "${layer.path}" (${layer.spec.className})`;
      throw new NetError(
        `${where} can't be built on ${inputs.map(({ shape }) => shapeText(shape)).join(', ')}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  #applier(layer: PlannedLayer, input: Shape): Applier {
    const known = this.#appliers.get(layer);
    if (known) return known;
    const applier = planOf(layer).make(this.unique(layer.path), this.#values(layer, input));
    this.#appliers.set(layer, applier);
    return applier;
  }

  #values(layer: PlannedLayer, input: Shape): WeightValues[] {
    const stored = this.weights.get(layer) ?? [];
    return planOf(layer).slots.map(({ name, shape }, i) => {
      const weight = stored[i];
      if (!weight) throw new NetError(`The file has no weight "${name}" for layer "${layer.path}"`);
      return valuesOf(weight, shape(input), `weight "${name}" of layer "${layer.path}"`);
    });
  }
}

function valuesOf(weight: StoredWeight, wanted: readonly number[], what: string): WeightValues {
  const fits =
    wanted.length === weight.shape.length && wanted.every((length, i) => length === weight.shape[i]);
  if (!fits) {
    throw new NetError(
      `The ${what} should be ${shapeText(wanted)}, but the file holds ${shapeText(weight.shape)}`,
      {
        hint: 'The weights are of another net, or the architecture is not theirs.',
      },
    );
  }
  const values = weight.read();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new NetError(`The ${what} holds ${values[bad]} (at ${bad} of ${values.length})`, {
      hint: 'The net was spoilt in training, or has values that float32 cannot hold; use an earlier copy.',
    });
  }
  return { shape: wanted, values };
}

function keyOf(ref: TensorRef): string {
  return `${ref.call}:${ref.layer}`;
}

function planOf({ plan, path }: PlannedLayer): Plan {
  return present(plan, `The plan of layer "${path}"`);
}
