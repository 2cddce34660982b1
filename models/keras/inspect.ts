import { coded, type ErrorCode, NetError } from '../errors';
import { first } from '../present';
import { buildNet } from './build';
import type { Shape } from './config/spec';
import type { KerasFile } from './file/keras-file';
import { openKerasFile } from './file/open-keras-file';
import { inFile, shortened, specOf } from './load';
import { type Compilation, compilationOf } from './notes';
import { outputOf } from './output';
import { leavesOf, type PlannedLayer, type PlannedNet, planNet } from './planned';
import { checkEnds, classesOf, imageShapeOf } from './shapes';
import { checkTrainable } from './trainable';
import type { LayerDescription, LoadNetOptions, NetDescription } from './types';
import { bindWeights, listWeights } from './weights';
import type { BoundWeights, StoredWeight } from './weights/stored';

type Found = Pick<NetDescription, 'layers' | 'inputShape' | 'classes' | 'output'>;

/**
 * Describes a Keras file, also one that can't be repaired: then `problems` says why. An engine must run.
 * @throws NetError only where nothing can be told: no such file, none of Keras's, cut short
 */
export async function inspectNet(path: string, options: LoadNetOptions = {}): Promise<NetDescription> {
  try {
    const file = await openKerasFile(path);
    try {
      return await inspectOpened(file, options);
    } finally {
      file.hdf5.close();
    }
  } catch (error) {
    throw inFile(path, error);
  }
}

async function inspectOpened(file: KerasFile, options: LoadNetOptions): Promise<NetDescription> {
  const problems: string[] = [];
  const problemCodes: ErrorCode[] = [];
  const note = (error: unknown): void => {
    if (!(error instanceof NetError)) throw error;
    const message = shortened(error.message);
    const text = error.hint ? `${message}. ${error.hint}` : `${message}.`;
    if (problems.includes(text)) return;
    problems.push(text);
    problemCodes.push(error.code);
  };
  const attempt = async <T>(step: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      note(error);
      return undefined;
    }
  };
  const stored = (await attempt(() => listWeights(file))) ?? new Map<string, StoredWeight[]>();
  const read = await attempt(() => specOf(file, options));
  const net = read && planNet(read.spec, read.kerasMajor, note);
  const compilation = compilationOf(file);
  const { notes } = compilation;
  const found = net ? await describe(net, file, options, attempt, problems, compilation) : undefined;
  const weights = [...stored.values()].flat();
  return {
    format: file.format,
    kerasVersion: file.kerasVersion,
    parameters: weights.reduce((sum, weight) => sum + sizeOf(weight), 0),
    dtype: [...new Set(weights.map(({ dtype }) => dtype))].sort().join(', '),
    optimizer: file.optimizer,
    notes,
    problems,
    problemCodes,
    ...(found ?? {
      inputShape: undefined,
      classes: undefined,
      output: undefined,
      layers: withoutNet(stored),
    }),
  };
}

async function describe(
  net: PlannedNet,
  file: KerasFile,
  { inputSize }: LoadNetOptions,
  attempt: <T>(step: () => T | Promise<T>) => Promise<T | undefined>,
  problems: readonly string[],
  { notes, isLogit }: Compilation,
): Promise<Found> {
  await attempt(() => coded('NET_SHAPE_UNSUPPORTED', () => checkEnds(net.spec)));
  const note = (text: string) => notes.push(text);
  const image = await attempt(() =>
    coded('NET_SHAPE_UNSUPPORTED', () => imageShapeOf(net.spec, inputSize, note)),
  );
  // Those of layers that can't be used belong to nothing: of them nothing more is to be told.
  const bind = () => coded('NET_WEIGHTS_MISFIT', () => bindWeights(net, file));
  const bound = problems.length === 0 ? await attempt(bind) : quietly(bind);
  const weights: BoundWeights = bound ?? new Map();
  const shapes = new Map<PlannedLayer, Shape>();
  let classes: number | undefined;
  let output: NetDescription['output'];
  if (image && problems.length === 0) {
    const shape = (layer: PlannedLayer, sides: Shape) => shapes.set(layer, sides);
    const model = await attempt(() =>
      coded('NET_WEIGHTS_MISFIT', () => buildNet(net, weights, image, { shape, note, isLogit })),
    );
    if (model) {
      const end = first(model.outputs);
      classes = await attempt(() => coded('NET_SHAPE_UNSUPPORTED', () => classesOf(end.shape, undefined)));
      output = await attempt(() => coded('NET_SHAPE_UNSUPPORTED', () => outputOf(end)));
      if (problems.length === 0) await attempt(() => checkTrainable(model));
      model.dispose();
    }
  }
  const layers = leavesOf(net).map((leaf): LayerDescription => {
    const isInput = leaf.spec.name === net.spec.inputs[0]?.layer && leaf.path === leaf.spec.name;
    const outputShape = isInput ? net.spec.inputShape : shapes.get(leaf);
    return { ...described(leaf.path, weights.get(leaf) ?? []), className: leaf.spec.className, outputShape };
  });
  return { layers, inputShape: net.spec.inputShape, classes, output };
}

function quietly<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    return undefined;
  }
}

function withoutNet(stored: Map<string, StoredWeight[]>): LayerDescription[] {
  return [...stored].map(([name, weights]) => described(name, weights));
}

function described(name: string, stored: readonly StoredWeight[]): LayerDescription {
  const parameters = stored.reduce((sum, weight) => sum + sizeOf(weight), 0);
  const weights = stored.map(({ name: weight, shape, dtype }) => ({ name: weight, shape, dtype }));
  return { name, className: undefined, outputShape: undefined, parameters, weights };
}

function sizeOf({ shape }: StoredWeight): number {
  return shape.reduce((product, length) => product * length, 1);
}
