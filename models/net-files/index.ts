import { UsageError } from '../errors';
import { inspectNet as inspectKeras, loadNet as loadKeras } from '../keras';
import { MOST_CHARACTERS } from '../keras/config/json';
import { foreignFile } from '../keras/file/foreign';
import { isZip } from '../keras/file/foreign-binary';
import { FOREIGN } from '../keras/file/foreign-kinds';
import { headOf } from '../keras/file/head';
import { isHdf5 } from '../keras/file/open-keras-file';
import { inFile } from '../keras/load';
import type { LoadedNet } from '../keras/loaded-net';
import { tfjsShards } from '../keras/tfjs/open';
import type { LoadNetOptions, NetDescription } from '../keras/types';
import { readRegular } from '../regular';

/**
 * Reads a classifier from a file of Keras, ONNX or TensorFlow.js, whatever it is called. Code in it is never executed. An engine must run.
 * @returns the net, to be disposed by the caller (`net.model.dispose()`)
 * @throws NetError for what can't be read or used, naming the file and the layer or node
 * @throws UsageError for an architecture that a whole net does not need; for a size that it does not take
 * @example const net = await loadNet('faces.onnx'); net.model.predict(images);
 */
export async function loadNet(path: string, options: LoadNetOptions = {}): Promise<LoadedNet> {
  return (await isOnnx(path)) ? ofOnnx(path, options, (read) => read.loadOnnx) : loadKeras(path, options);
}

/**
 * Describes a file of Keras, ONNX or TensorFlow.js, also one that can't be repaired: then `problems` says why. An engine must run.
 * @throws NetError only where nothing can be told: no such file, no net, cut short
 */
export async function inspectNet(path: string, options: LoadNetOptions = {}): Promise<NetDescription> {
  return (await isOnnx(path))
    ? ofOnnx(path, options, (read) => read.inspectOnnx)
    : inspectKeras(path, options);
}

/**
 * The files that a net consists of, its own first: the weights of a net of ONNX or TensorFlow.js may lie in others beside it.
 * @throws NetError as loadNet does, where these can't be told
 */
export async function filesOf(path: string): Promise<string[]> {
  if (await isOnnx(path)) return ofOnnx(path, {}, (read) => read.onnxFiles);
  const [first] = await headOf(path);
  return first === OPEN_BRACE ? [path, ...(await shardsOf(path))] : [path];
}

const OPEN_BRACE = '{'.charCodeAt(0);

/** The files of weights beside a net of TensorFlow.js; none of other JSON. */
async function shardsOf(path: string): Promise<string[]> {
  const bytes = await readRegular(path, MOST_CHARACTERS);
  if (foreignFile(bytes) !== FOREIGN.tfjs) return [];
  try {
    return await tfjsShards(path, bytes.toString('utf8'));
  } catch (error) {
    throw inFile(path, error);
  }
}

/** Told by its first bytes; where these don't tell, by its name. */
async function isOnnx(path: string): Promise<boolean> {
  // What can't be read, such as a folder, says so when it is opened.
  const head = await headOf(path).catch(() => new Uint8Array());
  if (isZip(head) || isHdf5(head)) return false;
  const foreign = foreignFile(head);
  return foreign === FOREIGN.onnx || (foreign === undefined && head.length > 0 && /\.onnx$/i.test(path));
}

type Reader = typeof import('../onnx/read');

async function ofOnnx<T>(
  path: string,
  options: LoadNetOptions,
  from: (read: Reader) => (path: string, options: LoadNetOptions) => Promise<T>,
): Promise<T> {
  try {
    if (options.architecture !== undefined) {
      throw new UsageError('The file holds a whole net; an architecture is for weights-only files', {
        hint: 'Leave --architecture out.',
      });
    }
    // Only here, so that what answers images alone loads nothing of it.
    return await from(await import('../onnx/read'))(path, options);
  } catch (error) {
    throw inFile(path, error);
  }
}
