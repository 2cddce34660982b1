import { strFromU8, type UnzipFileInfo, unzipSync } from 'fflate';
import { messageOf, NetError } from '../../errors';
import { MOST_NAMES_BYTES, NAME_FIELDS, NAME_FILES, type NamesText } from '../class-names';
import {
  isObject,
  type Json,
  type JsonObject,
  MOST_CHARACTERS,
  own,
  ownText,
  parseJson,
} from '../config/json';
import { withSlashes } from './backslashes';
import { foreignZip } from './foreign';
import { openNetHdf5 } from './hdf5';
import { type KerasFile, layoutOf, refused } from './keras-file';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const NAMES: readonly string[] = NAME_FILES;
const MOST_WEIGHTS = 2 ** 31 - 1;
/** Deflate can't shrink anything further than this. */
const MOST_COMPRESSION = 1040;

/**
 * Opens a `.keras` archive: a zip of config.json, metadata.json and model.weights.h5.
 * @throws NetError for a damaged zip, one that would unpack to absurd sizes, or one without those files
 */
export async function openArchive(bytes: Uint8Array): Promise<KerasFile> {
  const files = unpack(bytes);
  const text = (name: string) => {
    const file = files.get(name);
    if (!file && !files.has(CONFIG)) throw refused('The file', foreignZip(bytes));
    if (!file) {
      const hint = 'Give the file that model.save() wrote.';
      throw new NetError(`The archive holds no ${name}`, { hint });
    }
    return strFromU8(file);
  };
  const config = text(CONFIG);
  const metadata = parseJson(text(METADATA), `${METADATA} of the archive`);
  const kerasVersion = Array.isArray(metadata) ? undefined : ownText(metadata, 'keras_version');
  const weights = files.get(WEIGHTS);
  if (!weights) {
    throw new NetError(`The archive holds no ${WEIGHTS}`, {
      hint: 'Save the net in one file (without sharding).',
    });
  }
  const hdf5 = withSlashes(await openNetHdf5(weights, `${WEIGHTS} of the archive`));
  const layout = layoutOf(hdf5, '');
  if (!layout) {
    hdf5.close();
    throw new NetError(`${WEIGHTS} of the archive holds no layers`, {
      hint: 'Nets built with Sequential or the functional API can be used; of a subclass of Model the file does not tell the layers.',
    });
  }
  return {
    format: 'keras-archive',
    kerasVersion,
    backend: undefined,
    config,
    compiled: undefined,
    named: namedIn(files, metadata),
    hdf5,
    root: '',
    layout,
    optimizer: hdf5.names('optimizer').length > 0,
  };
}

/** Names in the metadata, or in a text that lies with it. */
function namedIn(files: ReadonlyMap<string, Uint8Array>, metadata: JsonObject | Json[]): NamesText[] {
  const fields = NAME_FIELDS.flatMap((field) => {
    const value = isObject(metadata) ? own(metadata, field) : undefined;
    return value === undefined ? [] : [{ text: JSON.stringify(value), from: `${field} in its ${METADATA}` }];
  });
  const texts = NAMES.flatMap((name) => {
    const file = files.get(name);
    return file ? [{ text: strFromU8(file), from: `${name} in it` }] : [];
  });
  return [...fields, ...texts];
}

function unpack(bytes: Uint8Array): Map<string, Uint8Array> {
  const filter = (file: UnzipFileInfo): boolean => {
    if (NAMES.includes(file.name)) return file.originalSize <= MOST_NAMES_BYTES;
    if (![CONFIG, METADATA, WEIGHTS].includes(file.name)) return false;
    const most = file.name === WEIGHTS ? MOST_WEIGHTS : MOST_CHARACTERS;
    if (file.originalSize > most || file.originalSize > file.size * MOST_COMPRESSION) {
      throw new NetError(`${file.name} of the archive claims ${file.originalSize} bytes from ${file.size}`, {
        hint: 'The archive is damaged, or made to exhaust memory.',
      });
    }
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (cause) {
    if (cause instanceof NetError) throw cause;
    throw new NetError(`The archive is damaged or cut short: ${messageOf(cause)}`, {
      hint: 'Copy or download it again.',
      cause,
    });
  }
}
