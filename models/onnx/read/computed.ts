import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type FunctionName, PlainFunction } from '../../nets/plain-function';
import { type Call, made } from './call';

/** A function of each value (see PlainFunction). */
export function computed(
  call: Call,
  x: SymbolicTensor,
  of: FunctionName,
  numbers: readonly (number | null)[] = [],
): SymbolicTensor {
  return made(call, (name) => new PlainFunction({ name, function: of, numbers }))([x]);
}
