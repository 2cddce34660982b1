import { NetError } from '../../errors';
import { pathBeside, readBeside } from '../../external-files';
import { present, valueAt } from '../../present';
import { countOf } from './constant';
import { MOST_BYTES, tooMany } from './limits';
import type { TensorProto } from './proto/messages';

/** The files that hold a net's weights beside it, whole, by their location. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/**
 * The paths of the files in which a net's weights lie besides its own: all within its folder, and none by way of a link
 * (CVE-2022-25882, CVE-2024-27318).
 * @param path the net's
 * @returns by location, as the net tells it
 * @throws NetError for a location outside the folder, or what is no file
 */
export async function externalPaths(
  path: string,
  tensors: readonly TensorProto[],
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const { name, external } of tensors) {
    const location = external?.get('location');
    if (external === undefined || (location !== undefined && paths.has(location))) continue;
    paths.set(location ?? '', await pathBeside(path, location ?? '', `The weights "${name}" lie`));
  }
  return paths;
}

/**
 * Reads the files in which a net's weights lie besides its own, once each.
 * @throws NetError for files outside the net's folder, that can't be read, or that are too large
 */
export async function readExternal(path: string, tensors: readonly TensorProto[]): Promise<ExternalFiles> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const [location, at] of await externalPaths(path, tensors)) {
    const bytes = await readBeside(at, location, (size) => {
      total += size;
      if (total > MOST_BYTES) throw tooMany(`${MOST_BYTES} bytes of weights`);
      const wanted = reach(tensors, location);
      if (wanted > size)
        throw new NetError(`"${location}" has ${size} bytes; the net's weights reach to ${wanted}`, {
          hint: 'It is cut short, or of another net; copy or export them again.',
        });
    });
    files.set(location, bytes);
  }
  return files;
}

/** Up to which byte a net's tensors need a file. */
function reach(tensors: readonly TensorProto[], location: string): number {
  return tensors.reduce((most, { external }) => {
    if (external?.get('location') !== location) return most;
    return Math.max(most, numberIn(external, 'offset') + numberIn(external, 'length'));
  }, 0);
}

/** The bytes of a tensor that lies in another file. @throws NetError where they are not there, or not so many */
export function externalBytes(files: ExternalFiles, tensor: TensorProto, length: number): Uint8Array {
  const { name, external } = tensor;
  const at = present(external, 'Where a tensor lies');
  const location = valueAt(at, 'location');
  const file = valueAt(files, location);
  const offset = numberIn(at, 'offset');
  const given = at.has('length') ? numberIn(at, 'length') : length;
  if (given !== length || offset + length > file.length) {
    throw new NetError(
      `The weights "${name}" are ${countOf(tensor)} values, but ${given} bytes at ${offset} of the ${file.length} in "${location}" are told`,
      { hint: 'The files are damaged, or not of one net; copy or export them again.' },
    );
  }
  return file.subarray(offset, offset + length);
}

function numberIn(external: ReadonlyMap<string, string>, key: string): number {
  const text = external.get(key) ?? '0';
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value))
    throw new NetError(`A tensor tells its ${key} as ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}
