import { join } from 'node:path';
import { FORMAT_VERSION } from '../../models/bundle/manifest';
import { packNets } from '../../models/bundle/pack';
import { writeBundle } from '../../models/bundle/write';
import type { Fit } from '../../models/images/fit';
import { copyNet } from '../../models/nets/graph';
import { folderFiles } from '../../models/store/folder-files';
import { setCurrent } from '../../models/store/move-pointer';
import { chainNet } from '../small-nets';

/** Size of the images that the small bundle takes. */
export const shape = { height: 12, width: 10, channels: 3 };

/** Writes a bundle of two small nets into a store, and points the store at it. Gives the bundle's id. */
export async function writeSmallBundle(
  store: string,
  { seed = 1, fit }: { readonly seed?: number; readonly fit?: Fit } = {},
): Promise<string> {
  const classes = 5;
  const flat = copyNet(chainNet(classes));
  const nets = {
    shape: { ...shape, fit },
    classes,
    pixels: { kind: '0-1' as const },
    bad: flat,
    repaired: copyNet(flat, 'repaired'),
  };
  const { files, fields } = await packNets(nets, {});
  const { manifest } = await writeBundle(
    store,
    {
      formatVersion: FORMAT_VERSION,
      name: 'chain',
      ...fields,
      method: 'magnitude',
      alpha: 0.05,
      rule: { kind: 'disagreement' },
      calibration: { scheme: 'none', folds: 0, images: 0, groups: 0, scores: [] },
      without: [],
      measured: { images: 9, accuracyBefore: 1, accuracyRepaired: 1, accuracy: 1, falsePositiveRate: 0 },
      made: { seed, engine: 'test', clean: { name: 'none', images: 9, skipped: 0 }, notes: [] },
      tools: { goodnet: 'test' },
    },
    files,
  );
  await setCurrent(folderFiles(store), manifest.id);
  return manifest.id;
}

/** Two of them, of seeds 1 and 2, each in a store of its own in the folder. */
export async function twoSmallBundles(folder: string): Promise<{ path: string; id: string }[]> {
  const made = [];
  for (const seed of [1, 2]) {
    const store = join(folder, `made-${seed}`);
    const id = await writeSmallBundle(store, { seed });
    made.push({ path: join(store, id.slice(0, 16)), id });
  }
  return made;
}
