import { NetError } from '../../errors';

/** Nodes, their inputs and attributes, and tensors: the largest public classifiers have a tenth of it. */
export const MOST_NODES = 100_000;
/** Values of all constants together that are computed; of matrices that are only turned round, as weights are, a 64th counts. */
export const MOST_COMPUTED = 2 ** 21;
/** Characters of all names that calls of functions make. */
export const MOST_NAMED = 2 ** 24;
/** Values of a constant that shape arithmetic makes. */
export const MOST_FOLDED = 2 ** 20;
/** More values than this in one layer's output for one image is no net for images. */
export const MOST_VALUES = 2 ** 28;
/** Bytes of a net, in all its files. */
export const MOST_BYTES = 2 ** 32;

/** The refusal of a net for its size. */
export function tooMany(what: string): NetError {
  return new NetError(`The net has more than ${what}`, {
    code: 'NET_LIMIT_EXCEEDED',
    hint: 'No classifier of images that we know of is so large; is the file damaged?',
  });
}
