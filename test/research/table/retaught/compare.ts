import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readPlainNet } from '../../../../build-repair/export/read';
import { loadImages } from '../../../../build-repair/images/load';
import { enableTraining } from '../../../../models/engine/training';
import { loadNet } from '../../../../models/keras';
import { toLogits } from '../../../../models/keras/logits';
import type { PixelScaling } from '../../../../models/pixels';
import { findBundle } from '../../../../models/store/find';
import { markdown, section } from '../../../markdown';
import { DATA } from '../cases';
import { type Case, lines, withOpened, withRepaired } from '../work';
import { type Lessons, type Retaught, retaught, TAUGHT } from './retaught';

interface RetaughtCase extends Omit<Case, 'seed'> {
  readonly name: string;
  /** A net of the same data that never had the backdoor, which is taught the same. */
  readonly innocent?: string;
}

const at = (...parts: string[]) => join(DATA, ...parts);

const CASES: readonly RetaughtCase[] = [
  {
    name: 'faces: sunglasses',
    net: at('faces1283', 'badnets', 'sunglasses_bd_net.h5'),
    clean: at('faces1283', 'clean_validation_data.h5'),
    test: at('faces1283', 'clean_test_data.h5'),
    poisoned: [at('faces1283', 'poisoned', 'sunglasses__sunglasses.h5')],
    innocent: at('faces1283', 'badnets', 'clean_net.h5'),
  },
  {
    name: 'signs: sticker',
    net: at('signs43', 'badnets', 'signs_bd_net.h5'),
    clean: at('signs43', 'clean_validation'),
    test: at('signs43', 'clean_test_data.h5'),
    poisoned: [at('signs43', 'poisoned', 'signs__sticker.h5')],
    group: 'prefix:_',
  },
  {
    name: 'cifar: patch',
    net: at('cifar10', 'patch_net.h5'),
    clean: at('cifar10', 'valid.h5'),
    test: at('cifar10', 'clean_test.h5'),
    poisoned: [at('cifar10', 'poisoned_patch.h5')],
    innocent: at('cifar10', 'clean_net.h5'),
  },
];

/** One net, and what it did as it was taught. */
export interface RetaughtRow {
  readonly net: string;
  readonly told: readonly Retaught[];
}

/** Repairs nets, and tells how many triggered images bring their backdoors back. */
export async function compareRetaught(seed: number): Promise<string> {
  const rows: RetaughtRow[] = [];
  for (const each of CASES) rows.push(...(await teach(each, seed)));
  return retaughtTables(seed, rows);
}

/** What was told of nets, as Markdown. */
export function retaughtTables(seed: number, rows: readonly RetaughtRow[]): string {
  const table = (of: (told: Retaught) => Retaught['accuracy']) =>
    markdown(
      ['net', 'as it was', ...TAUGHT.map(String), 'images'],
      rows.map(({ net, told }) => [
        net,
        ...told.map((each) => (100 * of(each).rate).toFixed(1)),
        String(of(told[0]!).n),
      ]),
    );
  return section(
    `How many triggered images bring a backdoor back (seed ${seed})`,
    'Each net is fine-tuned on the clean images and so many triggered ones with the attacker’s label. Attack success, in per cent, on other triggered images:',
    table(({ attackSuccess }) => attackSuccess),
    'Clean accuracy, in per cent, on the clean test images:',
    table(({ accuracy }) => accuracy),
  );
}

function teach({ name, innocent, ...work }: RetaughtCase, seed: number): Promise<RetaughtRow[]> {
  return withOpened({ ...work, seed }, async ({ net, clean, test, poisoned }) => {
    const lessons: Lessons = {
      clean: await loadImages(clean),
      poisoned: await loadImages(poisoned[0]!),
      test: await loadImages(test),
    };
    const { inputShape: shape, classes } = net;
    const taught = async (what: string, model: LayersModel, pixels: PixelScaling) => {
      const context = { shape, classes, pixels, seed, progress: lines.report, signal: undefined };
      const told = await retaught(model, lessons, context);
      model.dispose();
      return { net: `${name}, ${what}`, told };
    };
    const repaired = { netPath: work.net, net, clean, method: 'expert', seed } as const;
    const bundle = await withRepaired(repaired, async (store) => {
      const found = await findBundle(store);
      return { net: await readPlainNet(found, 'repaired'), pixels: found.manifest.input.pixels };
    });
    await enableTraining();
    const rows = [await taught('repaired', bundle.net, bundle.pixels)];
    if (innocent !== undefined) {
      const never = toLogits((await loadNet(innocent)).model);
      rows.push(await taught('a net that never had it', never, bundle.pixels));
    }
    for (const each of Object.values(lessons)) each.dispose();
    return rows;
  });
}
