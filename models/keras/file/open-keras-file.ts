import { stat } from 'node:fs/promises';
import { coded, messageOf, NetError } from '../../errors';
import { openRegular } from '../../regular';
import { NAME_FIELDS } from '../class-names';
import { openTfjs } from '../tfjs/open';
import { openArchive } from './archive';
import { foreignFile } from './foreign';
import { isZip } from './foreign-binary';
import { foreignFolder } from './foreign-folder';
import { FOREIGN } from './foreign-kinds';
import { type NetHdf5, openNetHdf5 } from './hdf5';
import { type KerasFile, layoutOf, refused } from './keras-file';

const MOST_BYTES = 2 ** 31 - 1;
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * Opens a Keras file of any kind, told apart by its content.
 * @throws NetError where there is no such file, or it is none of Keras's
 */
export function openKerasFile(path: string): Promise<KerasFile> {
  return coded('NET_FILE_DAMAGED', () => openAnyKind(path));
}

async function openAnyKind(path: string): Promise<KerasFile> {
  const bytes = await readBytes(path);
  if (bytes.length === 0) throw new NetError('The file is empty', { hint: 'Copy or download it again.' });
  if (isZip(bytes)) return openArchive(bytes);
  const foreign = foreignFile(bytes);
  if (foreign === FOREIGN.tfjs) return openTfjs(path, new TextDecoder().decode(bytes));
  // A MATLAB file is HDF5, too.
  if (foreign) throw refused('The file', foreign);
  if (!isHdf5(bytes)) {
    const hint =
      'A net is a .h5, .keras or .weights.h5 file of Keras, an .onnx file, or a model.json of TensorFlow.js; a download page or a Git LFS pointer in its place is not.';
    throw new NetError('The file is neither HDF5 nor a .keras archive, nor ONNX', {
      code: 'NET_FORMAT_UNSUPPORTED',
      hint,
    });
  }
  const hdf5 = await openNetHdf5(bytes, 'The file');
  try {
    return describeHdf5(hdf5);
  } catch (error) {
    hdf5.close();
    throw error;
  }
}

/** Whether bytes begin like HDF5: the signature at byte 0, 512, 1024, 2048, … (a user block may precede it). */
export function isHdf5(bytes: Uint8Array): boolean {
  for (let offset = 0; offset + SIGNATURE.length <= bytes.length; offset = offset === 0 ? 512 : offset * 2) {
    if (SIGNATURE.equals(bytes.subarray(offset, offset + SIGNATURE.length))) return true;
  }
  return false;
}

function describeHdf5(hdf5: NetHdf5): KerasFile {
  const config = hdf5.text('/', 'model_config');
  const root = hdf5.isGroup('model_weights') ? 'model_weights' : '';
  const layout = layoutOf(hdf5, root);
  if (!layout) {
    const all = hdf5.names('');
    if (all.includes('data')) {
      throw refused('The file', {
        what: 'a set of images (it has a dataset "data")',
        hint: 'Give the net first: a .h5, .keras or .onnx file. goodnet repair NET --clean FILE takes such images.',
      });
    }
    const names = all.slice(0, 5).join(', ');
    throw new NetError(`The file is HDF5, but holds no net of Keras (it holds: ${names || 'nothing'})`, {
      hint: 'Give the file that model.save() or model.save_weights() wrote, of a net built with Sequential or the functional API.',
    });
  }
  const attribute = (name: string) => hdf5.text('', name) ?? hdf5.text(root, name);
  const kerasVersion = attribute('keras_version');
  return {
    format: config === undefined ? 'weights-h5' : 'keras-h5',
    kerasVersion,
    backend: attribute('backend'),
    config,
    compiled: hdf5.text('/', 'training_config'),
    named: NAME_FIELDS.flatMap((field) => {
      const text = hdf5.texts('', field);
      return text ? [{ text, from: `its attribute ${field}` }] : [];
    }),
    hdf5,
    root,
    layout,
    optimizer: hdf5.names('optimizer_weights').length > 0 || hdf5.names('optimizer').length > 0,
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const about = await stat(path);
    if (about.isDirectory()) {
      throw refused('It', await foreignFolder(path));
    }
    if (about.size > MOST_BYTES) {
      throw new NetError(`The file has ${about.size} bytes; nets of up to 2 GiB can be read`, {
        hint: 'Save it without the optimizer (include_optimizer=False).',
      });
    }
    const file = await openRegular(path);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof NetError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new NetError(missing ? 'There is no such file' : `The file can't be read: ${messageOf(cause)}`, {
      code: missing ? 'NET_NOT_FOUND' : undefined,
      cause,
    });
  }
}
