import { NetError } from '../../errors';
import { isObject, type Json, type JsonObject, own, ownText, parseJson } from '../config/json';
import { FOREIGN } from '../file/foreign-kinds';
import { type KerasFile, refused } from '../file/keras-file';
import { layersIn, layersOfWeights } from './layers';
import { readManifest } from './manifest';
import { readShards, shardPaths } from './shards';

const WHAT = 'The net’s model.json';

/**
 * Opens a net as TensorFlow.js keeps it: `model.json`, as `tensorflowjs_converter`, `model.save()` and Teachable Machine write it, and
 * the files of weights beside it. It is a net of Keras in another file; its weights may be quantized.
 * @param path of `model.json`
 * @param text what is in it
 * @throws NetError for a graph without layers, weights that are missing, cut short, or not in the net's folder
 */
export async function openTfjs(path: string, text: string): Promise<KerasFile> {
  const json = partsOf(text);
  const topology = own(json, 'modelTopology');
  if (!isObject(topology)) throw new NetError(`${WHAT} holds no layers (modelTopology)`);
  const config = own(topology, 'model_config') ?? topology;
  const manifest = readManifest(own(json, 'weightsManifest'));
  const groups = layersOfWeights(manifest, layersIn(config), await readShards(path, manifest));
  return {
    format: 'tfjs-layers',
    kerasVersion: ownText(topology, 'keras_version'),
    backend: ownText(topology, 'backend'),
    config: JSON.stringify(config),
    compiled: textOf(own(topology, 'training_config') ?? own(json, 'trainingConfig')),
    named: [],
    hdf5: groups,
    root: '',
    layout: 'groups',
    optimizer: false,
  };
}

/** The paths of the files in which its weights lie. @throws NetError as openTfjs does */
export async function tfjsShards(path: string, text: string): Promise<string[]> {
  return [...(await shardPaths(path, readManifest(own(partsOf(text), 'weightsManifest')))).values()];
}

function partsOf(text: string): JsonObject {
  const json = parseJson(text, WHAT);
  if (Array.isArray(json)) throw new NetError(`${WHAT} is a list, not a net`);
  if (ownText(json, 'format') === 'graph-model') throw refused('The file', FOREIGN.tfjsGraph);
  return json;
}

const textOf = (value: Json | undefined) => (value === undefined ? undefined : JSON.stringify(value));
