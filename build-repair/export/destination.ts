import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { checkWritableFolder } from '../../models/bundle/writable-folder';
import { UsageError } from '../../models/errors';
import { type Target, targetOf } from '../writable';

/** Where a net is written, and as what: a file of Keras or ONNX, or a folder of TensorFlow.js. */
export interface Destination {
  readonly kind: 'keras' | 'onnx' | 'tensorflow.js';
  readonly path: string;
}

/** Files, by how they end. */
const FILES: Readonly<Record<string, Destination['kind']>> = {
  '.h5': 'keras',
  '.hdf5': 'keras',
  '.onnx': 'onnx',
};
/** What is written by nobody here, and would be taken for such a file by its name. */
const OTHERS = ['.keras', '.tflite', '.pb', '.json'];
/** What a folder of TensorFlow.js holds. */
const WRITTEN = ['model.json', 'weights.bin'];

/**
 * Looks where a net is to be written, before it is read.
 * @param to a file that ends in .h5 or .onnx, else a folder
 * @param isForced whether what an export wrote there before is replaced
 * @throws UsageError where something is there already, or the ending is of another kind; GoodNetError `environment` where nothing
 * can be written
 */
export async function destinationOf(to: string, isForced: boolean): Promise<Destination> {
  const { path, isStream } = await targetOfNet(resolve(to));
  if (isStream) throw new UsageError(`--to ${to}: it is no file`, { hint: ELSEWHERE });
  const ending = extname(path).toLowerCase();
  if (OTHERS.includes(ending)) {
    throw new UsageError(
      `--to ${to}: nets are written as Keras .h5, as .onnx, or as a folder of TensorFlow.js`,
      {
        hint: 'Keras loads the .h5 and saves it as .keras; other programs convert from either.',
      },
    );
  }
  const kind = FILES[ending] ?? 'tensorflow.js';
  const found = await stat(path).catch(() => undefined);
  if (found) await refuseLoss(to, path, kind, found.isDirectory(), isForced);
  await checkWritableFolder(dirname(path));
  return { kind, path };
}

/** A link to a file is written through; folders are looked at later. */
async function targetOfNet(path: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? { path, isStream: false } : targetOf(path);
}

async function refuseLoss(
  to: string,
  path: string,
  kind: Destination['kind'],
  isFolder: boolean,
  isForced: boolean,
): Promise<void> {
  if (isFolder !== (kind === 'tensorflow.js')) {
    throw new UsageError(`--to ${to}: ${isFolder ? 'a folder' : 'a file'} is there`, {
      code: 'OUTPUT_EXISTS',
      hint: ELSEWHERE,
    });
  }
  const inside = isFolder ? await readdir(path) : [];
  if (isFolder && inside.length === 0) return;
  const other = inside.find((name) => !WRITTEN.includes(name));
  if (other !== undefined)
    throw new UsageError(`--to ${to}: it holds ${other}`, { code: 'OUTPUT_EXISTS', hint: ELSEWHERE });
  if (!isForced)
    throw new UsageError(`--to ${to}: it is there already`, {
      code: 'OUTPUT_EXISTS',
      hint: 'Give another place, or --force to replace it.',
    });
}

const ELSEWHERE = 'Give another place: a file that ends in .h5 or .onnx, or a folder of its own.';
