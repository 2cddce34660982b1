import { UsageError } from '../../../models/errors';
import type { ImageSet } from '../../../models/images/set';
import type { LoadedNet } from '../../../models/keras';
import { DEVELOPMENT } from '../attacks/catalogue';
import { loadAttack } from '../attacks/load-attack';
import { CASES, type Section } from '../table/cases';
import { withOpened } from '../table/work';

/** A net with all that it is repaired and measured with. */
export interface OpenedField {
  readonly netPath: string;
  readonly net: LoadedNet;
  readonly clean: ImageSet;
  readonly test: ImageSet;
  /** Labels are the targets. */
  readonly poisoned: readonly ImageSet[];
  /** Independent things among the test images, where they are fewer than these: signs. */
  readonly groups?: number | undefined;
}

/** A net of the field by its name. */
export interface FieldNet {
  readonly name: string;
  /** Opens it, and closes it when it has been used. @param seed of what is drawn; of a self-made net, of its training too */
  readonly use: <T>(seed: number, work: (opened: OpenedField) => Promise<T>) => Promise<T>;
}

/** What the given nets of a section are called here, as `npm run ablation` calls them. */
const PREFIXES: { readonly [of in Section]?: string } = {
  faces: 'faces1283-',
  stealth: 'faces1283-',
  signs: '',
  cifar: 'cifar10-',
};

/** The backdoored nets of ../shared/data: three of cifar10, signs43's, four of faces1283. They are measured on all test images. */
export const GIVEN: readonly FieldNet[] = CASES.flatMap(({ section, name, work, groups }) => {
  const prefix = PREFIXES[section];
  if (prefix === undefined || !work || work.poisoned.length === 0) return [];
  return [
    {
      name: section === 'signs' ? 'signs43' : `${prefix}${name}`,
      use: (seed, use) =>
        withOpened({ ...work, seed }, (opened) => use({ ...opened, netPath: work.net, groups })),
    } satisfies FieldNet,
  ];
});

/** The self-made nets that the detector is developed on, on the half of the test images that is for that. None of the check is here. */
export const SELF_MADE: readonly FieldNet[] = DEVELOPMENT.filter(({ triggers }) => triggers.length > 0).map(
  ({ name }) => ({
    name,
    async use(seed, work) {
      const loaded = await loadAttack(name, seed);
      try {
        return await work(loaded);
      } finally {
        loaded.dispose();
      }
    },
  }),
);

/**
 * The nets of some names; `*` at a name's end stands for any. Without a name, the given nets.
 * @throws UsageError with the names that there are, for one that there is not
 */
export function netsOf(names: readonly string[]): readonly FieldNet[] {
  const all = [...GIVEN, ...SELF_MADE];
  if (names.length === 0) return GIVEN;
  const isNamed = (name: string, asked: string) =>
    asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked;
  const unknown = names.filter((asked) => !all.some(({ name }) => isNamed(name, asked)));
  if (unknown.length > 0) {
    throw new UsageError(`There is no net ${unknown.join(', ')}`, {
      hint: `There are ${all.map(({ name }) => name).join(', ')}.`,
    });
  }
  return all.filter(({ name }) => names.some((asked) => isNamed(name, asked)));
}
