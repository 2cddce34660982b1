import { NetError } from '../../errors';
import { isObject, type Json, type JsonObject, own } from '../config/json';
import type { LayerSpec } from '../config/spec';
import { activationLayers } from './activation';
import { trainingOnlyLayers } from './augmentation';
import { planChannelsFirst } from './channels-first';
import { mergeLayers } from './merge';
import { normalizationLayers } from './normalization';
import { operationLayers } from './operations';
import { Options } from './options';
import { pickLayers } from './picks';
import { type Plan, passThrough } from './plan';
import { spatialLayers } from './spatial';
import { weightedLayers } from './weighted';

const readers: ReadonlyMap<string, (options: Options) => Plan> = new Map(
  Object.entries({
    ...activationLayers,
    ...weightedLayers,
    ...normalizationLayers,
    ...spatialLayers,
    ...mergeLayers,
    ...operationLayers,
    ...pickLayers,
    InputLayer: () => passThrough,
    Identity: () => passThrough,
  }),
);

/** The layers of Keras that are read, by class. */
export const knownLayers: readonly string[] = [...readers.keys()]
  .filter((name) => !name.startsWith('ops.'))
  .sort();

const REWRITE = 'Write the step with layers of Keras (Rescaling, Add, Multiply, …) and save the net again.';
const NEVER_EXECUTED = `Code in files is never executed. ${REWRITE}`;

const HINTS = new Map([
  ['Lambda', NEVER_EXECUTED],
  [
    'AutoContrast',
    'Keras applies it to images that it classifies, too. Build the net without it, stretch the images’ contrast before, and save it again.',
  ],
  ['TFOpLambda', REWRITE],
  ['SlicingOpLambda', REWRITE],
]);

/**
 * What a layer of the file becomes.
 * @param kerasMajor the version that wrote the file: 1, 2 or 3
 * @param channelsFirst whether the net's images lie channels first in the file; here they lie channels last
 * @throws NetError naming the layer, its class, and what would help
 */
export function planLayer(spec: LayerSpec, kerasMajor: number, channelsFirst = false): Plan {
  const where = `Layer "${spec.name}" (${spec.className})`;
  if (spec.foreign) throw new NetError(`Layer "${spec.name}" is ${spec.foreign}`, { hint: REWRITE });
  checkNumbers(own(spec.config, 'dtype'), where);
  const code = HINTS.get(spec.className);
  if (code === undefined && spec.refusal) throw spec.refusal;
  const trainingOnly = trainingOnlyLayers.get(spec.className);
  if (trainingOnly) return trainingOnly;
  const reader = readers.get(spec.className);
  if (!reader) {
    const hint = code ?? `Known are ${knownLayers.join(', ')}.`;
    const isOperation = spec.className === 'TFOpLambda' || spec.className === 'SlicingOpLambda';
    const what = isOperation ? 'GoodNet does not know that operation' : 'GoodNet has no such layer';
    throw new NetError(`${where} can't be used: ${what}`, { hint });
  }
  const planOf = (config: JsonObject): Plan => {
    const options = new Options(config, where, kerasMajor);
    const plan = reader(options);
    options.finish();
    return plan;
  };
  return channelsFirst ? planChannelsFirst(spec, where, planOf) : planOf(spec.config);
}

/** Everything is computed in float32; quantised layers would answer otherwise. */
function checkNumbers(dtype: Json | undefined, where: string): void {
  const config = isObject(dtype) ? own(dtype, 'config') : undefined;
  const name = isObject(config) ? own(config, 'name') : dtype;
  const className = isObject(dtype) ? own(dtype, 'class_name') : undefined;
  if (typeof name === 'string' && !/^(int|float8)\d?.*_from_/.test(name) && name !== 'string') {
    if (!/Quantized/.test(String(className ?? ''))) return;
  } else if (name === undefined || name === null) return;
  throw new NetError(`${where} is quantised or holds no numbers (${JSON.stringify(name)})`, {
    hint: 'Save the net before it is quantised.',
  });
}
