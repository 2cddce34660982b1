import { BrokenSoftLink, type Dataset, ExternalLink, type Group } from 'h5wasm';
import type { Refusal } from './open-hdf5';

/** Deflate can't shrink anything further than this. */
const MOST_COMPRESSION = 1040;
/** A chunk is unpacked whole, however little of it is asked for. */
const MOST_CHUNK = 256 * 2 ** 20;
const ELSEWHERE = 'Images and nets of several files are not read: copy what is in them into one file.';

/** The refusal of what a file only names, as another file holds it. */
export function elsewhere(what: string, other: string | undefined, Refusal: Refusal): Error {
  const named = other === undefined ? '' : `, ${other}`;
  return new Refusal(`${what} lies in another file${named}, which is not read`, { hint: ELSEWHERE });
}

/** @throws `Refusal` for a link to another file on the way to an object, or one that leads nowhere */
export function refuseLinks(root: Group, path: string, file: string, Refusal: Refusal): void {
  const parts = path.split('/').filter((part) => part !== '');
  for (let i = 1; i <= parts.length; i++) {
    const at = parts.slice(0, i).join('/');
    const found = root.get(at);
    if (found instanceof ExternalLink) throw elsewhere(`${file}: "${at}"`, found.filename, Refusal);
    if (found instanceof BrokenSoftLink)
      throw new Refusal(`${file}: "${at}" is a link to "${found.target}", where nothing is`);
    if (found === null) return;
  }
}

/**
 * Checks, before anything of it is read, that a dataset's values can lie in its file, which is `bytes` long.
 * @param name the dataset's, in messages
 * @throws `Refusal` for values in another file, and for sizes that are only claimed
 */
export function checkHeld(dataset: Dataset, name: string, bytes: number, Refusal: Refusal): void {
  const { virtual_sources: sources, chunks, shape, size } = dataset.metadata;
  if (sources) throw elsewhere(name, sources[0]?.file_name, Refusal);
  const claimed = product(shape ?? []) * size;
  const chunk = product(chunks ?? []) * size;
  const most = chunks && dataset.filters.length > 0 ? bytes * MOST_COMPRESSION : bytes;
  // A dataset of one chunk may be padded.
  if (claimed > most && (!chunks || claimed > chunk)) {
    throw new Refusal(`${name} claims ${claimed} bytes, which a file of ${bytes} bytes can't hold`, {
      hint: 'The file is damaged, made to exhaust memory, or keeps its values in another file.',
    });
  }
  if (chunk > MOST_CHUNK) {
    throw new Refusal(`${name} is kept in chunks of ${chunk} bytes; the most is ${MOST_CHUNK}`, {
      hint: 'Write the dataset anew, in smaller chunks.',
    });
  }
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all * length, 1);
}
