/**
 * A value that is there by what came before, where a type can't say so.
 * @param what names it in the error
 * @throws Error a defect, where it is missing
 */
export function present<T>(value: T, what: string): NonNullable<T> {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}

/** The first of a list that is not empty. @throws Error a defect, where it is empty */
export function first<T>(list: ArrayLike<T>): NonNullable<T> {
  return present(list[0], 'The first of a list');
}

/** The last of a list that is not empty. @throws Error a defect, where it is empty */
export function last<T>(list: ArrayLike<T>): NonNullable<T> {
  return present(list[list.length - 1], 'The last of a list');
}

/** What a map has at a key that it was given. @throws Error a defect, where it has none */
export function valueAt<K, V>(map: { get(key: K): V | undefined }, key: K): NonNullable<V> {
  return present(map.get(key), 'An entry of a map');
}

/** A list that is known to have so many entries, to be destructured. @throws Error a defect, where it has fewer */
export function atLeast<T>(count: 1, list: readonly T[]): readonly [T, ...T[]];
export function atLeast<T>(count: 2, list: readonly T[]): readonly [T, T, ...T[]];
export function atLeast<T>(count: 3, list: readonly T[]): readonly [T, T, T, ...T[]];
export function atLeast<T>(count: 4, list: readonly T[]): readonly [T, T, T, T, ...T[]];
export function atLeast<T>(count: number, list: readonly T[]): readonly T[] {
  if (list.length < count) throw new Error(`A list of ${list.length} entries lacks some of ${count}`);
  return list;
}
