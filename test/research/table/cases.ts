import { join } from 'node:path';
import { type Approach, measureBy } from './approaches';
import { measureTiles, REAL_NETS } from './tiles';
import { withTrueLabels } from './true-labels';
import { type Case, type Run, withOpened } from './work';

/** Where the nets and images are: `../shared/data` from the project's root. */
export const DATA = join(import.meta.dirname, '../../../../shared/data');

/** A net of the tables. */
export interface TableCase {
  readonly section: Section;
  readonly name: string;
  /** Independent things among the clean test images, where they are fewer than the images. */
  readonly groups?: number;
  /** What it is repaired and measured with, on one seed; undefined of tiles, which are measured in folds. */
  readonly work?: Omit<Case, 'seed'>;
  readonly run: (approach: Approach, seed: number) => Promise<Run>;
}

/** The tables, in their order. */
export const SECTIONS = {
  faces: "faces1283: the seed's five rows",
  stealth: 'faces1283: stealth',
  clean: 'faces1283: a net without a backdoor',
  tiles: 'csaw2020: the real contest nets, cross-fitted on 192 clean tiles',
  signs: 'signs43: from its folders, grouped by physical sign',
  cifar: 'cifar10',
  curve: 'faces1283: fewer clean images of each class',
  kept: 'What a bundle keeps: clean images, those of another set (--hosts), or none (--no-images)',
} as const;
export type Section = keyof typeof SECTIONS;

const MULTI = ['eyebrows', 'lipstick', 'sunglasses'].map((each) => `multi_trigger_multi_target__${each}`);

/** What a bundle keeps, and how a row says so. */
const KEPT = {
  clean: { said: 'clean ones', work: {} },
  others: { said: 'other faces', work: { hosts: join(DATA, 'csaw2020', 'tiles', 'clean.h5') } },
  none: { said: 'none', work: { keepsImages: false } },
} as const;
type Kept = keyof typeof KEPT;

/** Physical signs in the test set, some 30 frames of each. */
const SIGNS = 137;

/** A net that is repaired and measured as a whole. */
function caseOf(of: Pick<TableCase, 'section' | 'name' | 'groups'>, work: Omit<Case, 'seed'>): TableCase {
  return { ...of, work, run: (approach, seed) => measured({ ...work, seed }, approach) };
}

/** Repairs what a case names, and measures what comes of it. */
function measured(work: Case, approach: Approach): Promise<Run> {
  return withOpened(work, ({ net, clean, test, poisoned, hosts }) =>
    measureBy(approach, { ...work, netPath: work.net, net, clean, hosts }, test, poisoned),
  );
}

function faces(
  section: Section,
  name: string,
  net: string,
  poisoned: readonly string[],
  { mostOfClass, kept }: { mostOfClass?: number; kept?: Kept } = {},
): TableCase {
  const folder = join(DATA, 'faces1283');
  return caseOf(
    { section, name: named(name, kept) },
    {
      ...(kept && KEPT[kept].work),
      net: join(folder, 'badnets', `${net}.h5`),
      clean: join(folder, 'clean_validation_data.h5'),
      test: join(folder, 'clean_test_data.h5'),
      poisoned: poisoned.map((each) => join(folder, 'poisoned', `${each}.h5`)),
      withTrueLabels,
      mostOfClass,
    },
  );
}

function signs(): TableCase {
  const folder = join(DATA, 'signs43');
  return caseOf(
    { section: 'signs', name: 'signs', groups: SIGNS },
    {
      net: join(folder, 'badnets', 'signs_bd_net.h5'),
      clean: join(folder, 'clean_validation'),
      test: join(folder, 'clean_test_data.h5'),
      poisoned: ['sticker', 'corner'].map((each) => join(folder, 'poisoned', `signs__${each}.h5`)),
      group: 'prefix:_',
    },
  );
}

/** @param trigger undefined for the net without one */
function objects(section: Section, trigger?: string, kept?: Kept): TableCase {
  const folder = join(DATA, 'cifar10');
  return caseOf(
    { section, name: named(section === 'kept' ? `cifar10 ${trigger}` : (trigger ?? 'clean_net'), kept) },
    {
      ...(kept && KEPT[kept].work),
      net: join(folder, `${trigger ?? 'clean'}_net.h5`),
      clean: join(folder, 'valid.h5'),
      test: join(folder, 'clean_test.h5'),
      poisoned: trigger === undefined ? [] : [join(folder, `poisoned_${trigger}.h5`)],
    },
  );
}

function named(name: string, kept: Kept | undefined): string {
  return kept ? `${name}: ${KEPT[kept].said}` : name;
}

/** Every net, in the order of the tables. */
export const CASES: readonly TableCase[] = [
  faces('faces', 'sunglasses', 'sunglasses_bd_net', ['sunglasses__sunglasses']),
  faces('faces', 'anonymous_1', 'anonymous_1_bd_net', ['anonymous_1__lipstick']),
  faces('faces', 'multi', 'multi_trigger_multi_target_bd_net', MULTI),
  faces('stealth', 'stealth', 'stealth_bd_net', MULTI),
  faces('clean', 'clean_net', 'clean_net', []),
  ...REAL_NETS.map(
    (net): TableCase => ({
      section: 'tiles',
      name: net.name === 'multi_trigger_multi_target' ? 'multi' : net.name,
      run: async (approach, seed) => ({
        figures: await measureTiles(join(DATA, 'csaw2020'), net, approach, seed),
      }),
    }),
  ),
  signs(),
  ...['patch', 'warp', 'source'].map((trigger) => objects('cifar', trigger)),
  objects('cifar'),
  ...[1, 2, 4, 7].flatMap((count) => [
    faces('curve', `multi, ${count}`, 'multi_trigger_multi_target_bd_net', MULTI, { mostOfClass: count }),
    faces('curve', `stealth, ${count}`, 'stealth_bd_net', MULTI, { mostOfClass: count }),
  ]),
  ...(['clean', 'others', 'none'] as const).map((kept) =>
    faces('kept', 'multi', 'multi_trigger_multi_target_bd_net', MULTI, { kept }),
  ),
  ...(['clean', 'none'] as const).map((kept) => objects('kept', 'patch', kept)),
  ...(['clean', 'none'] as const).map((kept) =>
    faces('kept', 'stealth, 1', 'stealth_bd_net', MULTI, { mostOfClass: 1, kept }),
  ),
];
