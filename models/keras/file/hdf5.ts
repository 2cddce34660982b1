import { Dataset, File, Group } from 'h5wasm';
import { NetError } from '../../errors';
import { checkHeld, elsewhere, refuseLinks } from '../../hdf5/held';
import { placeBytes, startHdf5 } from '../../hdf5/library';
import { hdf5Reason, isElsewhere } from '../../hdf5/open-hdf5';
import { fromBfloat16, fromHalf } from './half';
import { heapsAreWhole } from './heaps';

const INTEGER = 0;
const FLOAT = 1;
const MOST_ATTRIBUTE_PARTS = 10_000;

/** A dataset of numbers in an HDF5 file. */
export interface StoredNumbers {
  readonly shape: readonly number[];
  /** `float32`, `float16`, `int64`, … */
  readonly dtype: string;
  /** @throws NetError for damaged data */
  read(): Float32Array;
}

/** An HDF5 file of a net. */
export interface NetHdf5 {
  /** Names of the groups and datasets in a group, in the file's order; empty where there is no such group. */
  names(group: string): string[];
  isGroup(path: string): boolean;
  /** The same for two paths of one object, and for no others. */
  identity(path: string): string;
  /** A text attribute, put together where Keras has split it (`name0`, `name1`, …). */
  text(path: string, attribute: string): string | undefined;
  /** A list of texts, put together where Keras has split it. */
  texts(path: string, attribute: string): string[] | undefined;
  /** @throws NetError where the path holds something, but no numbers */
  numbers(path: string): StoredNumbers | undefined;
  close(): void;
}

/**
 * Opens an HDF5 file that lies in memory.
 * @param what the file's name in messages
 * @throws NetError for a file that is cut short or damaged
 */
export async function openNetHdf5(bytes: Uint8Array, what: string): Promise<NetHdf5> {
  const library = await startHdf5();
  const placed = placeBytes(library, bytes);
  let file: File;
  try {
    file = new File(placed.path, 'r');
  } catch (cause) {
    placed.remove();
    const cut = /truncated file: eof = (\d+).*stored_eof = (\d+)/.exec(String(cause));
    if (cut) {
      const hint = 'Copy or download it again.';
      throw new NetError(`${what} is cut short: ${cut[1]} of its ${cut[2]} bytes are there`, { hint, cause });
    }
    const hint = 'The file is damaged; copy or download it again.';
    throw new NetError(`${what} can't be opened as HDF5: ${hdf5Reason(cause)}`, { hint, cause });
  }
  if (!heapsAreWhole(bytes)) {
    file.close();
    placed.remove();
    throw new NetError(`${what} is damaged: a list of texts in it is broken`, {
      hint: 'Copy or download it again.',
    });
  }
  const guarded = <T>(at: string, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      if (cause instanceof NetError) throw cause;
      if (isElsewhere(cause)) throw elsewhere(`${what}: ${at}`, undefined, NetError);
      const hint = 'The file is damaged; copy or download it again.';
      throw new NetError(`${what} can't be read at ${at}: ${hdf5Reason(cause)}`, { hint, cause });
    }
  };
  return {
    names: (group) => guarded(group, () => [...namesIn(file, group)]),
    isGroup: (at) => guarded(at, () => groupAt(file, at) !== undefined),
    identity: (at) =>
      guarded(at, () => Buffer.from(library.create_object_reference(file.file_id, at)).toString('hex')),
    text: (at, attribute) => guarded(at, () => attributeParts(file, at, attribute)?.join('')),
    texts: (at, attribute) => guarded(at, () => attributeParts(file, at, attribute)),
    numbers: (at) =>
      guarded(at, () => {
        const dataset = entityAt(file, at);
        if (!(dataset instanceof Dataset)) {
          refuseLinks(file, at, what, NetError);
          return undefined;
        }
        checkHeld(dataset, `${what}: ${at}`, bytes.length, NetError);
        return storedNumbers(dataset, file, at, (read) => guarded(at, read));
      }),
    close() {
      file.close();
      placed.remove();
    },
  };
}

/** What was listed of each file's groups: the way to every object leads through them. */
const listed = new WeakMap<File, Map<string, ReadonlySet<string>>>();

function keysOf(file: File, group: Group): ReadonlySet<string> {
  const known = listed.get(file) ?? new Map<string, ReadonlySet<string>>();
  listed.set(file, known);
  const keys = known.get(group.path) ?? new Set(group.keys());
  known.set(group.path, keys);
  return keys;
}

function namesIn(file: File, path: string): ReadonlySet<string> {
  const group = groupAt(file, path);
  return group ? keysOf(file, group) : new Set();
}

/** What lies at a path, where every part of the path is there. */
function entityAt(file: File, path: string): Group | Dataset | undefined {
  let at: Group = file;
  const parts = path.split('/').filter((part) => part !== '');
  for (const [i, part] of parts.entries()) {
    if (!keysOf(file, at).has(part)) return undefined;
    const entity = at.get(part);
    if (entity instanceof Dataset) return i === parts.length - 1 ? entity : undefined;
    if (!(entity instanceof Group)) return undefined;
    at = entity;
  }
  return at;
}

function groupAt(file: File, path: string): Group | undefined {
  const entity = entityAt(file, path);
  return entity instanceof Group ? entity : undefined;
}

function attributeParts(file: File, path: string, attribute: string): string[] | undefined {
  const entity = entityAt(file, path);
  if (!entity) return undefined;
  const attributes = entity.attrs;
  const own = (name: string) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
  const whole = own(attribute);
  if (whole) return textsOf(whole.value);
  const parts: string[] = [];
  for (let i = 0; i < MOST_ATTRIBUTE_PARTS; i++) {
    const part = own(`${attribute}${i}`);
    if (!part) break;
    parts.push(...textsOf(part.value));
  }
  return parts.length > 0 ? parts : undefined;
}

/** An attribute's text or texts; an empty list may be kept as an empty list of numbers. */
function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each): each is string => typeof each === 'string').map(asUtf8);
}

/** Keras writes UTF-8 under the name of ASCII, which the library gives one character a byte. */
function asUtf8(text: string): string {
  const isBytes = /[\x80-\xff]/.test(text) && !/[^\0-\xff]/.test(text);
  return isBytes ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function storedNumbers(
  entity: Dataset,
  file: File,
  path: string,
  guarded: (read: () => Float32Array) => Float32Array,
): StoredNumbers {
  const { shape, type, size, signed } = entity.metadata;
  const bfloat16 = size === 2 && type !== FLOAT && attributeParts(file, path, 'dtype')?.[0] === 'bfloat16';
  const known = (type === FLOAT && [2, 4, 8].includes(size)) || type === INTEGER || bfloat16;
  if (!known || !shape) throw new NetError(`The weight ${path} does not hold numbers`);
  const kind = type === FLOAT ? 'float' : signed ? 'int' : 'uint';
  const dtype = bfloat16 ? 'bfloat16' : `${kind}${size * 8}`;
  return { shape, dtype, read: () => guarded(() => readNumbers(entity, dtype)) };
}

function readNumbers(dataset: Dataset, dtype: string): Float32Array {
  if (dtype === 'bfloat16') return fromBfloat16(dataset.value as Uint8Array);
  if (dtype === 'float16') {
    // The library knows no float16, but gives the bits as integers.
    Object.assign(dataset.metadata, { type: INTEGER, signed: false });
    return fromHalf(dataset.value as Uint16Array);
  }
  const value = dataset.value as number | bigint | ArrayLike<number>;
  if (value instanceof Float32Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value));
  return Float32Array.from(value as ArrayLike<number>, Number);
}
