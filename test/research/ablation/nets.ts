import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeDemoData } from '../../../build-repair/demo/data';
import type { ImageSet } from '../../../models/images/set';
import { type LoadedNet, loadNet } from '../../../models/keras';
import { DATA } from '../attacks/data';
import { developmentNow } from '../attacks/development';
import { loadEntry } from '../attacks/load-attack';
import { withTrueLabels } from '../table/true-labels';
import { open } from '../table/work';
import { everyOther, seenInService } from './sets';

/** A net that the detector may be developed on, with everything to repair and to measure it. */
export interface OpenedNet {
  readonly netPath: string;
  readonly net: LoadedNet;
  readonly clean: ImageSet;
  /** Clean test images: the even rows, for the odd ones are the check's. */
  readonly test: ImageSet;
  /** The even rows of the poisoned test images: labels are the targets, true labels the classes. */
  readonly poisoned: readonly ImageSet[];
  /** Of the odd rows: what is seen in service, one in five with a trigger; no figure is of these. */
  readonly service: ImageSet;
  /** Independent things among the clean test images, where they are fewer than these: signs. */
  readonly groups?: number | undefined;
  close(): void;
}

/** A net of development by its name. None of the check is here. */
export interface DevelopmentNet {
  readonly name: string;
  readonly seed: number;
  /** Whether it is drawn or trained of ../shared/data. */
  readonly needsData: boolean;
  /** @param folder for what it has to draw */
  open(folder: string): Promise<OpenedNet>;
}

/** Physical signs in the test set of signs43. */
const SIGNS = 137;
const SEED = 1;

/** Opens a net with its files. */
async function openNetAndSets(
  files: {
    readonly net: string;
    readonly clean: string;
    readonly test: string;
    readonly poisoned: readonly string[];
  },
  {
    group,
    groups,
    labelled = (set: ImageSet) => set,
  }: { group?: string; groups?: number; labelled?: (set: ImageSet) => ImageSet } = {},
): Promise<OpenedNet> {
  const net = await loadNet(files.net);
  const clean = await open(files.clean, net, group);
  const test = await open(files.test, net);
  const poisoned: ImageSet[] = [];
  for (const path of files.poisoned) poisoned.push(labelled(await open(path, net)));
  const odd = (set: ImageSet) => everyOther(set, 'odd');
  return {
    netPath: files.net,
    net,
    clean,
    test: everyOther(test, 'even'),
    poisoned: poisoned.map((set) => everyOther(set, 'even')),
    service: seenInService(odd(test), poisoned.map(odd)),
    groups,
    close() {
      for (const set of [clean, test, ...poisoned]) set.close();
      net.model.dispose();
    },
  };
}

const demo: DevelopmentNet = {
  name: 'demo',
  seed: SEED,
  needsData: false,
  async open(folder) {
    const { badnet, clean, test, poisoned } = await writeDemoData(join(folder, 'images'), { seed: SEED });
    return openNetAndSets({ net: badnet, clean, test, poisoned: poisoned.map(({ path }) => path) });
  },
};

function faces(name: string, net: string, poisoned: readonly string[]): DevelopmentNet {
  const folder = join(DATA, 'faces1283');
  return {
    name: `faces1283-${name}`,
    seed: SEED,
    needsData: true,
    open: () =>
      openNetAndSets(
        {
          net: join(folder, 'badnets', `${net}.h5`),
          clean: join(folder, 'clean_validation_data.h5'),
          test: join(folder, 'clean_test_data.h5'),
          poisoned: poisoned.map((each) => join(folder, 'poisoned', `${each}.h5`)),
        },
        { labelled: withTrueLabels },
      ),
  };
}

const signs: DevelopmentNet = {
  name: 'signs43',
  seed: SEED,
  needsData: true,
  open: () => {
    const folder = join(DATA, 'signs43');
    return openNetAndSets(
      {
        net: join(folder, 'badnets', 'signs_bd_net.h5'),
        clean: join(folder, 'clean_validation'),
        test: join(folder, 'clean_test_data.h5'),
        poisoned: ['sticker', 'corner'].map((each) => join(folder, 'poisoned', `signs__${each}.h5`)),
      },
      { group: 'prefix:_', groups: SIGNS },
    );
  },
};

function cifar(name: string): DevelopmentNet {
  const at = (file: string) => join(DATA, 'cifar10', `${file}.h5`);
  return {
    name: `cifar10-${name}`,
    seed: SEED,
    needsData: true,
    open: () =>
      openNetAndSets({
        net: at(`${name}_net`),
        clean: at('valid'),
        test: at('clean_test'),
        poisoned: name === 'clean' ? [] : [at(`poisoned_${name}`)],
      }),
  };
}

const MULTI = ['eyebrows', 'lipstick', 'sunglasses'].map((each) => `multi_trigger_multi_target__${each}`);

/**
 * The nets that variants are measured on: the demo's, the given ones of faces1283, signs43 and cifar10, and the self-made ones that may be
 * developed on (docs/method.md, "What was decided on what"). The contest's nets are not here: their clean tiles are measured by
 * folds of their own.
 */
export const DEVELOPMENT_NETS: readonly DevelopmentNet[] = [
  demo,
  faces('sunglasses', 'sunglasses_bd_net', ['sunglasses__sunglasses']),
  faces('anonymous_1', 'anonymous_1_bd_net', ['anonymous_1__lipstick']),
  faces('multi', 'multi_trigger_multi_target_bd_net', MULTI),
  faces('stealth', 'stealth_bd_net', MULTI),
  faces('clean', 'clean_net', []),
  signs,
  cifar('patch'),
  cifar('warp'),
  cifar('source'),
  cifar('clean'),
  ...developmentNow().map(
    (attack): DevelopmentNet => ({
      name: attack.name,
      seed: attack.seed,
      needsData: true,
      async open() {
        const { dispose, service, ...loaded } = await loadEntry(attack, 'even');
        return { ...loaded, service: service.poisoned, close: dispose };
      },
    }),
  ),
];

/** Whether a net's files are at hand. */
export function isThere({ needsData }: DevelopmentNet): boolean {
  return !needsData || existsSync(DATA);
}
