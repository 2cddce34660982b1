import { NetError } from '../../errors';
import { foreignClass } from './foreign';
import { readCalls, readEnds } from './inbound';
import { isObject, type Json, type JsonObject, own, ownText, parseJson } from './json';
import { fromKeras1 } from './keras1';
import { readOperation } from './operations';
import { isModelClass, type LayerSpec, type ModelSpec, type Shape, type TensorRef } from './spec';

/** TensorFlow.js goes from each layer to those before it by recursion; longer chains overflow the stack. */
export const MOST_LAYERS = 2500;
/** Connections between layers, a layer's every call counted. */
const MOST_CONNECTIONS = 20_000;
const DEEPEST_MODEL = 16;

interface Context {
  readonly keras1: boolean;
  readonly depth: number;
  /** Read so far, over all nested models. */
  readonly read: { layers: number; connections: number };
}

/** A net's architecture, with the version of Keras (1, 2 or 3) that its options are to be read by. */
export interface Architecture {
  readonly spec: ModelSpec;
  readonly kerasMajor: number;
}

/**
 * Reads an architecture from the JSON of a net's file, or of `model.to_json()`.
 * @param what the JSON's name in messages
 * @param version of Keras; by default what the JSON says, or shows by its form
 */
export function readArchitecture(text: string, what: string, version?: string): Architecture {
  const config = parseJson(text, what);
  const written = version ?? (Array.isArray(config) ? undefined : ownText(config, 'keras_version'));
  const kerasMajor = majorOf(written, config);
  return { spec: readModel(config, kerasMajor), kerasMajor };
}

function majorOf(version: string | undefined, config: JsonObject | Json[]): number {
  const major = Number.parseInt(version ?? '', 10);
  if (major >= 1) return Math.min(major, 3);
  if (Array.isArray(config) || Array.isArray(own(config, 'config'))) return 1;
  return own(config, 'module') === undefined ? 2 : 3;
}

/**
 * Reads a net's configuration, as Keras 1, 2 or 3 writes it, into one form.
 * @param kerasMajor 1, 2 or 3
 * @throws NetError for what is no configuration of a model, naming the layer
 */
export function readModel(root: JsonObject | Json[], kerasMajor: number): ModelSpec {
  const context = { keras1: kerasMajor === 1, depth: 0, read: { layers: 0, connections: 0 } };
  // Keras 1 could write a Sequential model as a bare list of layers.
  const entry = Array.isArray(root) ? { class_name: 'Sequential', config: root } : root;
  const className = ownText(entry, 'class_name') ?? '';
  const config = own(entry, 'config');
  const foreign = foreignClass(entry);
  if (foreign || !isModelClass(className) || config === undefined) {
    const hint = 'Nets built with Sequential or the functional API can be used.';
    const what = foreign ?? `of the class ${className || 'unknown'}`;
    throw new NetError(`The net is ${what}, whose layers the file does not tell`, { hint });
  }
  return readModelConfig(className, config, 'model', context);
}

function readModelConfig(className: string, config: Json, fallbackName: string, context: Context): ModelSpec {
  if (context.depth > DEEPEST_MODEL) throw new NetError(`Models are nested more than ${DEEPEST_MODEL} deep`);
  if (Array.isArray(config)) return sequential(fallbackName, className, config, undefined, context);
  if (!isObject(config)) throw new NetError(`The model "${fallbackName}" has no configuration`);
  const name = ownText(config, 'name') ?? fallbackName;
  const entries = own(config, 'layers');
  if (!Array.isArray(entries)) {
    throw new NetError(`The model "${name}" is a subclass of Model, whose layers the file does not tell`, {
      hint: 'Nets built with Sequential or the functional API can be used.',
    });
  }
  if (className === 'Sequential') {
    return sequential(name, className, entries, shapeOf(own(config, 'build_input_shape')), context);
  }
  const layers = entries.map((entry) => readLayer(entry, context));
  checkUnique(layers, name);
  const inputs = readEnds(own(config, 'input_layers'), `The model "${name}"`);
  const outputs = readEnds(own(config, 'output_layers'), `The model "${name}"`);
  const first = layers.find((layer) => layer.name === inputs[0]?.layer);
  return renumber({ name, className, layers, inputs, outputs, inputShape: first && inputShapeOf(first) });
}

/** A Sequential model as a graph: its input, where it is not written down, is put before the first layer. */
function sequential(
  name: string,
  className: string,
  entries: Json[],
  built: Shape | undefined,
  context: Context,
): ModelSpec {
  const read = entries.map((entry) => readLayer(entry, context));
  const first = read[0];
  if (!first) throw new NetError(`The model "${name}" has no layers`);
  const inputShape = inputShapeOf(first) ?? built;
  const input: LayerSpec =
    first.className === 'InputLayer'
      ? first
      : {
          ...bare(`${first.name}_input`, 'InputLayer'),
          config: { batch_input_shape: [...(inputShape ?? [])] },
        };
  const chain = first.className === 'InputLayer' ? read.slice(1) : read;
  let last: TensorRef = { layer: input.name, call: 0 };
  const layers: LayerSpec[] = [{ ...input, calls: [] }];
  for (const layer of chain) {
    layers.push({ ...layer, calls: [[last]] });
    last = { layer: layer.name, call: 0 };
  }
  checkUnique(layers, name);
  const inputs = [{ layer: input.name, call: 0 }];
  return { name, className, layers, inputs, outputs: [last], inputShape };
}

function readLayer(entry: Json, context: Context): LayerSpec {
  if (++context.read.layers > MOST_LAYERS) throw tooMany(`${MOST_LAYERS} layers`);
  if (!isObject(entry)) throw new NetError('A layer of the net has no configuration');
  const config = own(entry, 'config');
  const options = isObject(config) ? config : {};
  const name = ownText(options, 'name') ?? ownText(entry, 'name') ?? ownText(entry, 'class_name') ?? '';
  const written = ownText(entry, 'class_name') ?? '';
  if (name === '' || name.length > 300 || written === '')
    throw new NetError('A layer of the net has no name or class');
  const where = `Layer "${name}" (${written})`;
  const trainable = own(options, 'trainable') !== false;
  const foreign = foreignClass(entry);
  let refusal: NetError | undefined;
  const attempt = <T>(read: () => T, fallback: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      refusal ??= error;
      return fallback;
    }
  };
  const operation = attempt(() => readOperation(entry, where), undefined);
  const calls = operation?.calls ?? attempt(() => readCalls(own(entry, 'inbound_nodes'), where), []);
  context.read.connections += calls.reduce((sum, call) => sum + Math.max(1, call.length), 0);
  if (context.read.connections > MOST_CONNECTIONS) throw tooMany(`${MOST_CONNECTIONS} connections`);
  if (operation) {
    return { name, ...operation, trainable, foreign: undefined, refusal, inner: undefined };
  }
  if (!foreign && isModelClass(written) && config !== undefined) {
    const inner = readModelConfig(written, config, name, { ...context, depth: context.depth + 1 });
    if (refusal) throw refusal;
    return { name, className: written, config: options, trainable, foreign, refusal, inner, calls };
  }
  const asWritten = { className: written, config: options };
  const translated = context.keras1
    ? attempt(() => fromKeras1(written, options, where), asWritten)
    : asWritten;
  return { name, ...translated, trainable, foreign, refusal, inner: undefined, calls };
}

/** The refusal of a net for its size. */
export function tooMany(what: string): NetError {
  return new NetError(`The net has more than ${what}`, {
    hint: 'No classifier of images that we know of is so large; is the file damaged?',
  });
}

function bare(name: string, className: string): LayerSpec {
  return {
    name,
    className,
    config: {},
    trainable: true,
    foreign: undefined,
    refusal: undefined,
    inner: undefined,
    calls: [],
  };
}

function inputShapeOf(layer: LayerSpec): Shape | undefined {
  if (layer.inner) return layer.inner.inputShape;
  return shapeOf(own(layer.config, 'batch_input_shape')) ?? shapeOf(own(layer.config, 'batch_shape'));
}

function shapeOf(value: Json | undefined): Shape | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((length, i) => (i === 0 || typeof length !== 'number' ? null : length));
}

function checkUnique(layers: readonly LayerSpec[], model: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) throw new NetError(`The model "${model}" has two layers of the name "${name}"`);
    names.add(name);
  }
}

/**
 * Keras counts the calls of a nested model from 1 where the model was built on an input of its own, and from 0
 * otherwise; here they count from 0.
 */
function renumber(model: ModelSpec): ModelSpec {
  const refs = [...model.outputs, ...model.layers.flatMap((layer) => layer.calls.flat())];
  const shifted = new Set<string>();
  for (const layer of model.layers) {
    if (!layer.inner) continue;
    const used = refs.filter((ref) => ref.layer === layer.name).map((ref) => ref.call);
    if (used.some((call) => call === layer.calls.length) && !used.includes(0)) shifted.add(layer.name);
  }
  if (shifted.size === 0) return model;
  const shift = (ref: TensorRef) => (shifted.has(ref.layer) ? { ...ref, call: ref.call - 1 } : ref);
  return {
    ...model,
    layers: model.layers.map((layer) => ({ ...layer, calls: layer.calls.map((call) => call.map(shift)) })),
    outputs: model.outputs.map(shift),
  };
}
