import { join } from 'node:path';
import { FORMAT_VERSION } from '../../../models/bundle/manifest';
import { writeBundle } from '../../../models/bundle/write';
import { folderFiles } from '../../../models/store/folder-files';
import { setCurrent } from '../../../models/store/move-pointer';

/**
 * Writes a bundle whose nets are none, which stores don't look into, and points a store at it: no engine is needed.
 * @returns its id
 */
export async function writePlainBundle(store: string, { seed = 1 } = {}): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const { manifest } = await writeBundle(
    store,
    {
      formatVersion: FORMAT_VERSION,
      name: 'plain',
      classes: 5,
      input: { height: 12, width: 10, channels: 3, pixels: { kind: '0-1' }, fit: 'stretch' },
      nets: { bad: 'bad', repaired: { folder: 'repaired' } },
      clouds: {},
      method: 'magnitude',
      alpha: 0.05,
      rule: { kind: 'disagreement' },
      calibration: { scheme: 'none', folds: 0, images: 0, groups: 0, scores: [] },
      without: [],
      measured: { images: 9, accuracyBefore: 1, accuracyRepaired: 1, accuracy: 0.75, falsePositiveRate: 0 },
      made: { seed, engine: 'test', clean: { name: 'none', images: 9, skipped: 0 }, notes: [] },
      tools: { goodnet: 'test' },
    },
    ['bad', 'repaired'].flatMap((folder) => [
      { path: `${folder}/model.json`, bytes: bytes(`the topology of ${folder}`) },
      { path: `${folder}/weights.bin`, bytes: bytes(`the weights of ${folder}`) },
    ]),
  );
  await setCurrent(folderFiles(store), manifest.id);
  return manifest.id;
}

/** Two of them, of seeds 1 and 2, each in a store of its own in the folder. */
export async function twoPlainBundles(folder: string): Promise<{ path: string; id: string }[]> {
  const made = [];
  for (const seed of [1, 2]) {
    const store = join(folder, `made-${seed}`);
    const id = await writePlainBundle(store, { seed });
    made.push({ path: join(store, id.slice(0, 16)), id });
  }
  return made;
}
