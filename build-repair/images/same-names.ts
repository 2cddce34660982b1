/** Names of classes as others that are known: which each of them is. */
export interface SameNames {
  /** From a name to the label of its class. */
  readonly labels: ReadonlyMap<string, number>;
  /** A sentence, where they are not written alike. */
  readonly remark: string | undefined;
}

/** What names may differ in and still be the same, and how that is said. */
const ALIKE: readonly (readonly [key: (name: string) => string | undefined, how: string | undefined])[] = [
  [(name) => name, undefined],
  [(name) => /^0*(\d+)$/.exec(name)?.[1], 'the numbers are the same, but for zeros before them'],
  [(name) => name.normalize('NFC').trim().toLowerCase(), 'but for small and capital letters'],
];
/** Origin: chosen by hand; how much is told. */
const MOST_LISTED = 3;

/**
 * Finds names among those that are known: written alike, or, where that is unambiguous, differing in zeros before a number (`07`, `7`) or in small and
 * capital letters alone.
 * @param given the names of a set's classes, all of them or some
 * @param known the classes' names by label
 * @returns undefined where one of them is none of those that are known, or two are the same
 */
export function namesAmong(given: readonly string[], known: readonly string[]): SameNames | undefined {
  for (const [keyOf, how] of ALIKE) {
    const indexOf = new Map(known.map((name, label) => [keyOf(name), label]));
    const keys = given.map(keyOf);
    const areDistinct = indexOf.size === known.length && new Set(keys).size === given.length;
    if (!areDistinct || keys.some((key) => key === undefined || !indexOf.has(key))) continue;
    const labels = new Map(given.map((name, i) => [name, indexOf.get(keys[i]) ?? -1]));
    const pairs = given.filter((name) => known[labels.get(name) ?? -1] !== name);
    const shown = pairs.slice(0, MOST_LISTED).map((name) => `${name} is ${known[labels.get(name) ?? -1]}`);
    const more = pairs.length > MOST_LISTED ? ', …' : '';
    const remark = how && `Classes are taken by their names, ${how}: ${shown.join(', ')}${more}`;
    return { labels, remark };
  }
  return undefined;
}
