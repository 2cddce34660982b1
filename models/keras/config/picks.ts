import { isObject, type Json, type JsonObject, own, ownText } from './json';

/** What is taken along an axis: all of a range (from, to, step; null as in Python), or entries by their numbers. */
export type Cut =
  | readonly [from: number | null, to: number | null, step: number | null]
  | { readonly numbers: readonly number[] };
/** As between Python's brackets: `...`, a new axis, one entry, whose axis goes, or a cut. */
export type Pick = '...' | 'new' | number | Cut;

/**
 * Operations that take some of a tensor, or turn it round, as what stands between Python's brackets: `x[..., ::-1]`, `reverse`, `gather`.
 * @param name as Keras 2 writes functions of TensorFlow, or Keras 3 its operations
 * @param options what the call was given by name, or the operation is configured with
 * @param index what the tensor was indexed with, of Keras 3's GetItem and Take
 * @returns undefined for what is no such operation
 */
export function picksOf(name: string, options: JsonObject, index: Json | undefined): Pick[] | undefined {
  const axis = own(options, 'axis');
  switch (name) {
    case '__operators__.getitem':
      return picksIn(own(options, 'slice_spec'));
    case 'GetItem':
      return picksIn(index);
    case 'reverse':
    case 'Flip':
      return alongAxis(axis, [null, null, -1]);
    case 'expand_dims':
    case 'ExpandDims':
      return alongAxis(axis, 'new');
    case 'gather':
    case 'compat.v1.gather':
      return (own(options, 'batch_dims') ?? 0) === 0 ? entriesOf(axis, own(options, 'indices')) : undefined;
    case 'Take':
      return entriesOf(axis, index);
    default:
      return undefined;
  }
}

function entriesOf(axis: Json | undefined, numbers: Json | undefined): Pick[] | undefined {
  const isList =
    Array.isArray(numbers) && numbers.length > 0 && numbers.every((each) => Number.isInteger(each));
  return isList ? alongAxis(axis, { numbers: numbers as number[] }) : undefined;
}

/** The same along one axis alone, the last or one that is counted from the first. */
function alongAxis(axis: Json | undefined, cut: Pick): Pick[] | undefined {
  const [only, ...others] = [axis].flat();
  if (others.length > 0 || !Number.isInteger(only)) return undefined;
  if (only === -1) return ['...', cut];
  return Number(only) > 0 && Number(only) < 4
    ? [...Array.from({ length: Number(only) }, (): Cut => [null, null, null]), cut]
    : undefined;
}

function picksIn(spec: Json | undefined): Pick[] | undefined {
  if (!Array.isArray(spec)) return undefined;
  const picks = spec.map(pickOf);
  const isWhole = (each: Pick | undefined): each is Pick => each !== undefined;
  return picks.every(isWhole) && picks.filter((each) => each === '...').length <= 1 ? picks : undefined;
}

/** Keras 2 has ranges as `{ start, stop, step }`, Keras 3 in a `__slice__`. */
function pickOf(each: Json): Pick | undefined {
  if (each === null) return 'new';
  if (typeof each === 'number') return Number.isInteger(each) ? each : undefined;
  if (!isObject(each)) return undefined;
  const className = ownText(each, 'class_name');
  if (className === '__ellipsis__') return '...';
  const range = className === '__slice__' ? own(each, 'config') : each;
  if (!isObject(range) || (className !== undefined && className !== '__slice__')) return undefined;
  const [from, to, step] = ['start', 'stop', 'step'].map((key) => own(range, key) ?? null);
  const isEnd = (value: Json | undefined): value is number | null =>
    value === null || Number.isInteger(value);
  return isEnd(from) && isEnd(to) && isEnd(step) && step !== 0 ? [from, to, step] : undefined;
}
