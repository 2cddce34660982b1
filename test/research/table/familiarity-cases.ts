import { join } from 'node:path';
import type { DemoData } from '../../../build-repair/demo/data';
import { DATA } from './cases';

/** A net that familiarity is measured on. */
export interface FamiliarityCase {
  readonly name: string;
  readonly net: string;
  readonly clean: string;
  readonly group?: string;
  /** Clean images that nothing was chosen, fitted or calibrated on. */
  readonly test: string;
  /** Independent things among them, where they are fewer than the images. */
  readonly groups?: number;
  readonly poisoned: readonly string[];
}

/** Every net, in the order of the tables. */
export function familiarityCases(demo: DemoData): FamiliarityCase[] {
  const at = (...parts: string[]) => join(DATA, ...parts);
  return [
    {
      name: 'demo',
      net: demo.badnet,
      clean: demo.clean,
      test: demo.test,
      poisoned: demo.poisoned.map(({ path }) => path),
    },
    {
      name: 'signs',
      net: at('signs43', 'badnets', 'signs_bd_net.h5'),
      clean: at('signs43', 'clean_validation'),
      group: 'prefix:_',
      test: at('signs43', 'clean_test_data.h5'),
      groups: 137,
      poisoned: ['sticker', 'corner'].map((each) => at('signs43', 'poisoned', `signs__${each}.h5`)),
    },
    {
      name: 'cifar',
      net: at('cifar10', 'patch_net.h5'),
      clean: at('cifar10', 'valid.h5'),
      test: at('cifar10', 'clean_test.h5'),
      poisoned: [at('cifar10', 'poisoned_patch.h5')],
    },
    {
      name: 'faces',
      net: at('faces1283', 'badnets', 'multi_trigger_multi_target_bd_net.h5'),
      clean: at('faces1283', 'clean_validation_data.h5'),
      test: at('faces1283', 'clean_test_data.h5'),
      poisoned: ['eyebrows', 'lipstick', 'sunglasses'].map((each) =>
        at('faces1283', 'poisoned', `multi_trigger_multi_target__${each}.h5`),
      ),
    },
  ];
}
