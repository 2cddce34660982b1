import { layers } from '@tensorflow/tfjs-layers';
import { PlainFunction } from '../../nets/plain-function';
import { first } from '../../present';
import { type Applier, applier, chain } from './plan';

/** Activations that are made of several steps, named after the layer, by Keras's name. */
export const OF_STEPS: ReadonlyMap<string, (layer: string) => Applier[]> = new Map<
  string,
  (layer: string) => Applier[]
>([
  ['hard_sigmoid', hardSigmoid],
  ['hard_silu', hardSilu],
  ['hard_swish', hardSilu],
  ['leaky_relu', (layer) => [applier(layers.leakyReLU({ name: `${layer}_leaky`, alpha: 0.2 }))]],
  [
    'exponential',
    (layer) => [applier(new PlainFunction({ name: `${layer}_exp`, function: 'exp', numbers: [] }))],
  ],
  ['hard_tanh', (layer) => [clipped(`${layer}_clip`, -1, 1)]],
  [
    'sparse_sigmoid',
    (layer) => [applier(rescaling(`${layer}_scale`, 0.5, 0.5)), clipped(`${layer}_clip`, 0, 1)],
  ],
  [
    'log_sigmoid',
    (layer) => [
      applier(rescaling(`${layer}_minus`, -1, 0)),
      applier(layers.activation({ name: `${layer}_softplus`, activation: 'softplus' })),
      applier(rescaling(`${layer}_log`, -1, 0)),
    ],
  ],
  [
    'tanh_shrink',
    (layer) => [less(layer, applier(layers.activation({ name: `${layer}_tanh`, activation: 'tanh' })))],
  ],
  ['soft_shrink', (layer) => [less(layer, clipped(`${layer}_clip`, -0.5, 0.5))]],
  ['squareplus', squarePlus],
  ['sparse_plus', sparsePlus],
]);

function clipped(name: string, lowest: number, highest: number): Applier {
  return applier(new PlainFunction({ name, function: 'clip', numbers: [lowest, highest] }));
}

/** x − f(x) */
function less(layer: string, taken: Applier): Applier {
  const minus = applier(rescaling(`${layer}_minus`, -1, 0));
  const sum = applier(layers.add({ name: `${layer}_less` }));
  return (inputs) => sum([first(inputs), minus([taken(inputs)])]);
}

/** (x + √(x² + 4)) / 2 */
function squarePlus(layer: string): Applier[] {
  const power = (name: string, exponent: number) =>
    applier(new PlainFunction({ name: `${layer}_${name}`, function: 'power', numbers: [exponent] }));
  const root = chain([power('square', 2), applier(rescaling(`${layer}_plus`, 1, 4)), power('root', 0.5)]);
  const sum = applier(layers.add({ name: `${layer}_sum` }));
  return [(inputs) => sum([first(inputs), root(inputs)]), applier(rescaling(`${layer}_half`, 0.5, 0))];
}

/** 0 up to −1, x from 1 on, (x + 1)² / 4 between: the square of what is clipped, and what is above. */
function sparsePlus(layer: string): Applier[] {
  const square = chain([
    clipped(`${layer}_clip`, -1, 1),
    applier(rescaling(`${layer}_half`, 0.5, 0.5)),
    applier(new PlainFunction({ name: `${layer}_square`, function: 'power', numbers: [2] })),
  ]);
  const above = chain([
    applier(rescaling(`${layer}_minus`, 1, -1)),
    applier(layers.reLU({ name: `${layer}_above` })),
  ]);
  const sum = applier(layers.add({ name: `${layer}_sum` }));
  return [(inputs) => sum([square(inputs), above(inputs)])];
}

/** Keras 3's: relu6(x + 3) / 6. */
function hardSigmoid(name: string): Applier[] {
  return [
    applier(rescaling(`${name}_shift`, 1, 3)),
    applier(layers.reLU({ name: `${name}_clip`, maxValue: 6 })),
    applier(rescaling(`${name}_scale`, 1 / 6, 0)),
  ];
}

/** x · hard_sigmoid(x) */
function hardSilu(name: string): Applier[] {
  const gate = chain(hardSigmoid(name));
  const product = applier(layers.multiply({ name: `${name}_gate` }));
  return [(inputs) => product([first(inputs), gate(inputs)])];
}

export function rescaling(name: string, scale: number, offset: number): layers.Layer {
  return layers.rescaling({ name, scale, offset });
}
