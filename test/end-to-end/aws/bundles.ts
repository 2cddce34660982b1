import { equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import type { DemoData } from '../../../build-repair/demo/data';
import { readCurrent } from '../../../models/store/current';
import { s3Files } from '../../../models/store/s3-files';
import { goodnet } from './command-line';
import { MODELS, type Place } from './place';
import type { Story } from './story';

/** The model's name: its store is the folder of this name below the models. */
export const MODEL = 'faces';
export const STORE = `${MODELS}/${MODEL}`;

/** The files of a key that signs, and of one that nobody signs with. */
export interface Keys {
  readonly ours: string;
  readonly strange: string;
}

/** A net repaired; the bundle signed, published, activated. */
export async function stepsOfBundles(story: Story, place: Place, faces: DemoData): Promise<Keys> {
  const { work, env } = place;
  const bundle = join(work, 'bundle');
  const keys = { ours: join(work, 'ours'), strange: join(work, 'strange') };
  await story.step('goodnet repair', async () => {
    const { path, target } = faces.poisoned[0]!;
    const sets = ['--clean', faces.clean, '--unlabelled', path];
    const said = await goodnet(env, 'repair', faces.badnet, ...sets, '--out', bundle, '--no-report');
    match(said, new RegExp(`Suspicious images without labels gather at class ${target}: \\d+ of`));
    story.saw(said.trim());
  });
  await story.step('goodnet keys create; goodnet publish --sign --activate', async () => {
    for (const key of Object.values(keys)) await goodnet(env, 'keys', 'create', key);
    const args = ['publish', bundle, '--to', STORE, '--sign', keys.ours, '--activate'];
    const published = await goodnet(env, ...args);
    story.saw(published);
    equal(published.slice(0, 16), (await currentBundle(place)).slice(0, 16));
    const listed = await goodnet(env, 'models', '--store', STORE, '--trust', `${keys.ours}.pub`);
    match(listed, /^What is current is signed by [0-9a-f]{16}: model "faces", serial \d+$/);
    story.saw(`goodnet models: ${listed}`);
  });
  return keys;
}

/** The id of the bundle that the store answers with. */
export async function currentBundle({ client }: Place): Promise<string> {
  return (await readCurrent(s3Files(STORE, client)))!.bundle;
}
