import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Applier, applier, type WeightValues } from '../../keras/layers/plan';
import { SameForAll } from '../../nets/same-for-all';
import { axisIn } from './axes';
import type { Constant } from './constant';
import { Live, type Unique } from './live';
import type { Node } from './node';

/** Values of a constant that is repeated for each image, at most: masks of attention are the largest. */
const MOST_REPEATED = 2 ** 22;

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

/** Makes layers for a node, and gives what it answers: of several outputs one each. */
export type Translate = (call: Call) => Value | readonly Live[];

/** An input that depends on the images. @throws NetError for a constant, or none */
export function liveInput({ node, inputs }: Call, index = 0): Live {
  const value = inputs[index];
  if (!(value instanceof Live))
    throw node.refused(`works on ${value ? 'constants' : 'nothing'} where images are wanted`);
  return value;
}

/** An input whose values are known before any image is. @throws NetError for one that depends on images */
export function constantInput({ node, inputs }: Call, index: number): Constant | undefined {
  const value = inputs[index];
  if (value instanceof Live)
    throw node.refused('takes weights or numbers from what it computes of the images');
  return value;
}

/** An axis of a tensor, from 0 on. @throws NetError where it is that of the images, or a part of it */
export function axisWithin(node: Node, x: Live, named: number): number {
  const axis = axisIn(node, named, x.rank);
  if (x.isOfImages(axis)) throw node.refused('runs over the images');
  return axis;
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
  if (x.rank !== 4 || x.shape[0] !== 1)
    throw call.node.refused(`works on ${x.shape.join('×')}, not on images`);
  return x.laid([2, 3, 1], call.unique).tensor;
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

/** A constant as a tensor that is the same for each image (see Constant). @param x tells how many there are */
export function constantTensor(call: Call, x: Live, constant: Constant): SymbolicTensor {
  const { shape, values } = weightsOf(call, constant);
  if (!(values.length <= MOST_REPEATED))
    throw call.node.refused(`has a constant of ${shape.join('×')} for each image`);
  const layer = (name: string) => new SameForAll({ name, shape: [...shape] });
  const flat = { shape: [values.length], values };
  return made({ ...call, name: `${call.name}_constant` }, layer, [flat])([x.tensor]);
}

/** x · scale + offset, of single numbers. */
export function rescaled(call: Call, x: SymbolicTensor, scale: number, offset: number): SymbolicTensor {
  if (scale === 1 && offset === 0) return x;
  return made(call, (name) => layers.rescaling({ name, scale, offset }))([x]);
}
