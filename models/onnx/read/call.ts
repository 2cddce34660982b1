import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Applier, applier, type WeightValues } from '../../keras/layers/plan';
import type { Constant } from './constant';
import { Live, type Unique } from './live';
import type { Node } from './node';

export type Value = Constant | Live;

/** A node whose inputs are known: what it is to be made of. */
export interface Call {
  readonly node: Node;
  /** Undefined for those that are left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** The name of the node's layer; further ones get a suffix. */
  readonly name: string;
  readonly unique: Unique;
}

/** Makes layers for a node, and gives what it answers. */
export type Translate = (call: Call) => Value;

/** An input that depends on the images. @throws NetError for a constant, or none */
export function liveInput({ node, inputs }: Call, index = 0): Live {
  const value = inputs[index];
  if (!(value instanceof Live))
    throw node.refused(`works on ${value ? 'constants' : 'nothing'} where images are wanted`);
  if (!value.isBatched) throw node.refused('works on several images together');
  return value;
}

/** An input whose values are known before any image is. @throws NetError for one that depends on images */
export function constantInput({ node, inputs }: Call, index: number): Constant | undefined {
  const value = inputs[index];
  if (value instanceof Live)
    throw node.refused('takes weights or numbers from what it computes of the images');
  return value;
}

/** Makes a layer named after the node, with its weights. */
export function made(
  { name, unique }: Call,
  make: (name: string) => layers.Layer,
  weights: readonly WeightValues[] = [],
): Applier {
  return applier(make(unique(name)), weights);
}

/** Images, channels last. @throws NetError for what is none */
export function imageOf(call: Call, index = 0): SymbolicTensor {
  const x = liveInput(call, index);
  if (x.rank !== 4) throw call.node.refused(`works on ${x.rank - 1} dimensions, not on images`);
  return x.arranged([0, 2, 3, 1], call.unique);
}

/** Weights as a layer takes them. @throws NetError where there are none, or they hold what is no number */
export function weightsOf(call: Call, constant: Constant | undefined, shape = constant?.shape): WeightValues {
  if (!constant || !shape) throw call.node.refused('lacks its weights');
  const values =
    constant.values instanceof Float32Array ? constant.values : Float32Array.from(constant.values);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw call.node.refused(`has ${values[bad]} among its weights`);
  return { shape, values };
}

/** x · scale + offset, of single numbers. */
export function rescaled(call: Call, x: SymbolicTensor, scale: number, offset: number): SymbolicTensor {
  if (scale === 1 && offset === 0) return x;
  return made(call, (name) => layers.rescaling({ name, scale, offset }))([x]);
}
