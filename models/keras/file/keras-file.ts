import { NetError } from '../../errors';
import type { NamesText } from '../class-names';
import type { NetFormat } from '../types';
import type { Foreign } from './foreign-kinds';
import type { NetHdf5 } from './hdf5';

/** A Keras file, opened; close `hdf5` when done. */
export interface KerasFile {
  readonly format: NetFormat;
  readonly kerasVersion: string | undefined;
  /** What Keras computed with (`tensorflow`, `theano`, …), where the file says so. */
  readonly backend: string | undefined;
  /** The architecture as JSON, not yet parsed; undefined in a weights-only file. */
  readonly config: string | undefined;
  /** What the net was compiled with, as JSON, not yet parsed, where it lies apart from the architecture. */
  readonly compiled: string | undefined;
  /** What may name the classes, the likeliest first. */
  readonly named: readonly NamesText[];
  readonly hdf5: NetHdf5;
  /** Where the weights begin in `hdf5`. */
  readonly root: string;
  /** `groups`: a group a layer with a list of names (Keras 1, 2, legacy 3); `tree`: numbered weights (`vars/0`). */
  readonly layout: 'groups' | 'tree';
  readonly optimizer: boolean;
}

/** Why something that is known for what it is can't be read as a net. */
export function refused(it: string, { what, hint }: Foreign): NetError {
  return new NetError(`${it} is ${what}, not a net that GoodNet reads`, {
    code: 'NET_FORMAT_UNSUPPORTED',
    hint,
  });
}

/** The layout of weights that begin at a place in an HDF5 file; undefined where there are none. */
export function layoutOf(hdf5: NetHdf5, root: string): 'groups' | 'tree' | undefined {
  if (hdf5.texts(root, 'layer_names') !== undefined) return 'groups';
  const names = hdf5.names(root);
  return names.includes('layers') || names.includes('_layer_checkpoint_dependencies') ? 'tree' : undefined;
}
