import { join } from 'node:path';
import type { Evaluation } from '../../build-repair/evaluate/evaluate';
import type { Method } from '../../models/bundle/manifest';
import { measureTiles, REAL_NETS } from './tiles';
import { withTrueLabels } from './true-labels';
import { measure } from './work';

/** Where the nets and images are: `../shared/data` from the project's root. */
export const DATA = join(import.meta.dirname, '../../../shared/data');

/** What one repair and its measuring gave. */
export interface Run {
  readonly figures: Evaluation;
  /** That the repair took; undefined where there were several. */
  readonly seconds?: number;
}

/** A net of the tables. */
export interface TableCase {
  readonly section: Section;
  readonly name: string;
  readonly methods: readonly Method[];
  /** Independent things among the clean test images, where they are fewer than the images. */
  readonly groups?: number;
  readonly run: (method: Method, seed: number) => Promise<Run>;
}

/** The tables, in their order. */
export const SECTIONS = {
  faces: "faces1283: the seed's five rows",
  stealth: 'faces1283: stealth',
  clean: 'faces1283: a net without a backdoor',
  tiles: 'csaw2020: the real contest nets, cross-fitted on 192 clean tiles',
  signs: 'signs43: from its folders, grouped by physical sign',
  curve: 'faces1283: fewer clean images of each class',
} as const;
export type Section = keyof typeof SECTIONS;

const MULTI = ['eyebrows', 'lipstick', 'sunglasses'].map((each) => `multi_trigger_multi_target__${each}`);
/** Physical signs in the test set, some 30 frames of each. */
const SIGNS = 137;

function faces(
  section: Section,
  name: string,
  net: string,
  poisoned: readonly string[],
  methods: readonly Method[] = ['expert'],
  mostOfClass?: number,
): TableCase {
  const folder = join(DATA, 'faces1283');
  return {
    section,
    name,
    methods,
    run: (method, seed) =>
      measure({
        net: join(folder, 'badnets', `${net}.h5`),
        clean: join(folder, 'clean_validation_data.h5'),
        test: join(folder, 'clean_test_data.h5'),
        poisoned: poisoned.map((each) => join(folder, 'poisoned', `${each}.h5`)),
        method,
        seed,
        withTrueLabels,
        mostOfClass,
      }),
  };
}

function signs(): TableCase {
  const folder = join(DATA, 'signs43');
  return {
    section: 'signs',
    name: 'signs',
    methods: ['expert'],
    groups: SIGNS,
    run: (method, seed) =>
      measure({
        net: join(folder, 'badnets', 'signs_bd_net.h5'),
        clean: join(folder, 'clean_validation'),
        test: join(folder, 'clean_test_data.h5'),
        poisoned: ['sticker', 'corner'].map((each) => join(folder, 'poisoned', `signs__${each}.h5`)),
        method,
        seed,
        group: 'prefix:_',
      }),
  };
}

const BOTH: readonly Method[] = ['magnitude', 'expert'];

/** Every net, in the order of the tables. */
export const CASES: readonly TableCase[] = [
  faces('faces', 'sunglasses', 'sunglasses_bd_net', ['sunglasses__sunglasses'], BOTH),
  faces('faces', 'anonymous_1', 'anonymous_1_bd_net', ['anonymous_1__lipstick'], BOTH),
  faces('faces', 'multi_trigger_multi_target', 'multi_trigger_multi_target_bd_net', MULTI, BOTH),
  faces('stealth', 'stealth', 'stealth_bd_net', MULTI),
  faces('clean', 'clean_net', 'clean_net', []),
  ...REAL_NETS.map(
    (net): TableCase => ({
      section: 'tiles',
      name: net.name,
      methods: ['expert'],
      run: async (_method, seed) => ({ figures: await measureTiles(join(DATA, 'csaw2020'), net, seed) }),
    }),
  ),
  signs(),
  ...[1, 2, 4, 7].flatMap((count) => [
    faces('curve', `multi, ${count} a class`, 'multi_trigger_multi_target_bd_net', MULTI, ['expert'], count),
    faces('curve', `stealth, ${count} a class`, 'stealth_bd_net', MULTI, ['expert'], count),
  ]),
];
