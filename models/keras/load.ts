import { coded, GoodNetError, NetError, UsageError } from '../errors';
import { first } from '../present';
import { architectures, findArchitecture } from './architectures';
import { buildNet } from './build';
import { classNamesIn, namesBeside } from './class-names';
import { type Architecture, readArchitecture } from './config/read';
import type { KerasFile } from './file/keras-file';
import { openKerasFile } from './file/open-keras-file';
import type { LoadedNet } from './loaded-net';
import { compilationOf } from './notes';
import { outputOf } from './output';
import { planNet } from './planned';
import { checkEnds, classesOf, imageShapeOf } from './shapes';
import type { LoadNetOptions } from './types';
import { bindWeights } from './weights';

/**
 * Reads a classifier from a Keras file: a whole model (`.h5` of Keras 1, 2 or 3, `.keras`), or weights with a named
 * architecture. All its layers can be trained, also those that the file froze. Code in the file (Lambda layers, functions) is never executed. An engine must run.
 * @returns the net, to be disposed by the caller (`net.model.dispose()`)
 * @throws NetError for what can't be read or used, naming the file, the layer, its class, and what would help
 * @throws UsageError for an architecture that there is not, or that a whole model does not need; for a size that the net does not take
 * @example const net = await loadNet('faces.h5'); net.model.predict(images);
 */
export async function loadNet(path: string, options: LoadNetOptions = {}): Promise<LoadedNet> {
  try {
    const file = await openKerasFile(path);
    try {
      const net = await loadOpened(file, options);
      const texts = [...file.named, ...(await namesBeside(path))];
      const { ownNames, notUsed } = classNamesIn(texts, net.classes);
      return { ...net, ...(ownNames && { ownNames }), ...(notUsed.length > 0 && { namesNotUsed: notUsed }) };
    } finally {
      file.hdf5.close();
    }
  } catch (error) {
    throw inFile(path, error);
  }
}

/** Files may hold names and values of any length, which messages then quote. */
const LONGEST = 2000;

/** The same error, naming the file. */
export function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof GoodNetError)) return error;
  const Type = error instanceof UsageError ? UsageError : NetError;
  const { code, hint } = error;
  return new Type(`${path}: ${shortened(error.message)}`, { code, hint, cause: error });
}

export function shortened(message: string): string {
  return message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;
}

/** The net's configuration: the file's own, or the architecture that was named. */
export async function specOf(file: KerasFile, options: LoadNetOptions): Promise<Architecture> {
  if (file.config === undefined) {
    if (options.architecture !== undefined) return findArchitecture(options.architecture, file);
    throw new NetError('The file holds weights only, without an architecture', {
      code: 'NET_ARCHITECTURE_NEEDED',
      hint: `Name it with --architecture: ${architectures().join(', ')}, or the path of what model.to_json() wrote.`,
    });
  }
  if (options.architecture !== undefined) {
    throw new UsageError('The file holds a whole model; an architecture is for weights-only files', {
      hint: 'Leave --architecture out.',
    });
  }
  const { config, kerasVersion } = file;
  return coded('NET_CONFIG_UNSUPPORTED', () =>
    readArchitecture(config, 'The net’s configuration', kerasVersion),
  );
}

async function loadOpened(file: KerasFile, options: LoadNetOptions): Promise<LoadedNet> {
  const { spec, kerasMajor } = await specOf(file, options);
  const net = planNet(spec, kerasMajor, (error) => {
    throw error;
  });
  coded('NET_SHAPE_UNSUPPORTED', () => checkEnds(spec));
  const { notes, isLogit } = compilationOf(file);
  const note = (text: string) => notes.push(text);
  const inputShape = coded('NET_SHAPE_UNSUPPORTED', () => imageShapeOf(spec, options.inputSize, note));
  const model = coded('NET_WEIGHTS_MISFIT', () =>
    buildNet(net, bindWeights(net, file), inputShape, { note, isLogit }),
  );
  try {
    const end = first(model.outputs);
    const classes = coded('NET_SHAPE_UNSUPPORTED', () => classesOf(end.shape, options.classes));
    const output = coded('NET_SHAPE_UNSUPPORTED', () => outputOf(end));
    const { format, kerasVersion } = file;
    return { model, format, kerasVersion, inputShape, classes, output, notes };
  } catch (error) {
    model.dispose();
    throw error;
  }
}
