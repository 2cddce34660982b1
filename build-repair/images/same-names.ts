/** Names of classes as others that are known: which each of them is. */
export interface SameNames {
  /** From a name to its place among those that are known. */
  readonly places: ReadonlyMap<string, number>;
  /** A sentence, where they are not written alike. */
  readonly remark: string | undefined;
}

/** What names may differ in and still be the same, and how that is said. */
const ALIKE: readonly (readonly [key: (name: string) => string | undefined, how: string | undefined])[] = [
  [(name) => name, undefined],
  [(name) => /^0*(\d+)$/.exec(name)?.[1], 'the numbers are the same, but for zeros before them'],
  [(name) => name.normalize('NFC').trim().toLowerCase(), 'small and capital letters aside'],
];
/** Origin: chosen by hand; how much is told. */
const TOLD = 3;

/**
 * Finds names among those that are known: written alike, or, where that is unambiguous, differing in zeros before a number (`07`, `7`) or in small and
 * capital letters alone.
 * @param given the names of a set's classes, all of them or some
 * @param known the classes' names by label
 * @returns undefined where one of them is none of those that are known, or two are the same
 */
export function namesAmong(given: readonly string[], known: readonly string[]): SameNames | undefined {
  for (const [keyOf, how] of ALIKE) {
    const indexOf = new Map(known.map((name, place) => [keyOf(name), place]));
    const keys = given.map(keyOf);
    const areDistinct = indexOf.size === known.length && new Set(keys).size === given.length;
    if (!areDistinct || keys.some((key) => key === undefined || !indexOf.has(key))) continue;
    const places = new Map(given.map((name, i) => [name, indexOf.get(keys[i])!]));
    const pairs = given.filter((name) => known[places.get(name)!] !== name);
    const shown = pairs.slice(0, TOLD).map((name) => `${name} is ${known[places.get(name)!]}`);
    const more = pairs.length > TOLD ? ', …' : '';
    const remark = how && `Classes are taken by their names, ${how}: ${shown.join(', ')}${more}`;
    return { places, remark };
  }
  return undefined;
}
