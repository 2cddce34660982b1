import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run as runCommand } from '../../../build-repair/cli/run';
import { runJob } from '../../../build-repair/job/run-job';
import { silent } from '../../../build-repair/progress';
import type * as Alone from '../../../build-repair/repair/unlearn/stand-alone';
import { startEngine } from '../../../models/engine';
import { copyNet } from '../../../models/nets/graph';
import { listBundles } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import { folderFiles } from '../../../models/store/folder-files';
import { writeJob, writeSmallJob } from '../job/small-job';

/** What is said to be left of the implanted triggers. */
const left = vi.hoisted(() => ({ share: 0 }));

vi.mock('../../../build-repair/repair/unlearn/stand-alone', async (original) => {
  const real = await original<typeof Alone>();
  const standAlone: typeof Alone.standAlone = async (_context, { bad, prune, folds = [] }) => {
    const net = copyNet(bad, 'repaired');
    await prune?.(net, Int32Array.of(0, 1, 2));
    const implanted = { before: 1, after: left.share };
    const calibrated = folds.reduce((sum, { calibrate }) => sum + calibrate.length, 0);
    const evidence = Float32Array.from({ length: calibrated }, (_, i) => -(i % 5));
    return { net, measured: { images: 9, accuracyBefore: 1, accuracy: 1, implanted }, evidence };
  };
  return { ...real, standAlone };
});

let folder: string;
let job: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-unrepaired-'));
  job = join(folder, await writeSmallJob(folder, ['one']));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** `goodnet repair` of the small net. @returns its exit code, and all that it printed */
async function repair(...more: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  vi.spyOn(console, 'log').mockImplementation((line) => {
    printed.out += `${line}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((line) => {
    printed.err += `${line}\n`;
  });
  const nets = [join(folder, 'nets/chain.h5'), '--clean', join(folder, 'clean.h5'), '--out', store()];
  const how = [
    '--method',
    'expert',
    '--no-finding',
    '--pixels',
    '0-1',
    '--alpha',
    '0.05',
    '--accept-low-accuracy',
  ];
  const code = await runCommand(['repair', ...nets, ...how, ...more]);
  return { code, ...printed };
}
const store = () => join(folder, 'store');

test('a net that is not repaired is told so, and its bundle is not made current unasked', async () => {
  left.share = 0.34;
  const { code, out, err } = await repair();
  expect(code).toBe(1);
  expect(out).toMatch(/^Not repaired: 34 % of the images with an implanted trigger still follow it\.$/m);
  expect(out).toMatch(/^Bundle: .*; not made current$/m);
  expect(out).toMatch(/^Note: The repaired net still follows triggers/m);
  const files = folderFiles(store());
  const { bundles } = await listBundles(files);
  expect(bundles).toHaveLength(1);
  expect(await readCurrent(files)).toBeUndefined();
  const id = bundles[0]!.id.slice(0, 16);
  expect(err).toContain(`goodnet activate ${id} --store ${store()}, or repair with --accept-unrepaired`);
  expect(readFileSync(join(store(), 'report.html'), 'utf8')).toContain('Not repaired: ');
  expect(readFileSync(join(store(), id, 'model-card.md'), 'utf8')).toContain('**Not repaired: 34 %');
  const accepted = await repair('--accept-unrepaired');
  expect(accepted.code).toBe(0);
  expect(accepted.out).toMatch(/^Not repaired: 34 %/m);
  expect(accepted.out).not.toContain('not made current');
  expect((await readCurrent(files))!.bundle).toBe(bundles[0]!.id);
});

test('a net that is repaired is reported so, and made current', async () => {
  left.share = 0.02;
  const { code, out } = await repair();
  expect(code).toBe(0);
  expect(out).toMatch(/^Repaired net alone: clean accuracy 100\.0 → 100\.0 %; implanted .* → 2 %\.$/m);
  expect(out).not.toContain('Not repaired');
  expect(await readCurrent(folderFiles(store()))).toBeDefined();
});

test('a job reports a net that is not repaired, and makes it current only where that was accepted', async () => {
  left.share = 0.34;
  const text = JSON.parse(readFileSync(job, 'utf8'));
  text.defaults = { ...text.defaults, method: 'fine-prune' };
  text.nets.push({ ...text.nets[0], name: 'accepted', acceptUnrepaired: true });
  writeJob(folder, text);
  const said: string[] = [];
  const outcome = await runJob({
    job,
    store: join(folder, 'stores'),
    state: join(folder, 'state'),
    share: { index: 0, of: 1 },
    engine: await startEngine({ engine: 'wasm' }),
    progress: silent,
    say: (line) => said.push(line),
    signal: new AbortController().signal,
  });
  expect(outcome.map(({ name, done }) => [name, done.outcome])).toEqual([
    ['one', 'unrepaired'],
    ['accepted', 'repaired'],
  ]);
  expect(said).toContainEqual(expect.stringMatching(/one: not repaired and not made current: bundle /));
  for (const name of ['one', 'accepted'])
    expect(said).toContainEqual(expect.stringMatching(new RegExp(`${name}: Not repaired: 34 %`)));
  const current = ['one', 'accepted'].map((name) => readCurrent(folderFiles(join(folder, 'stores', name))));
  expect((await Promise.all(current)).map((each) => each?.bundle)).toEqual([
    undefined,
    outcome[1]!.done.bundle,
  ]);
  const { bundles } = await listBundles(folderFiles(join(folder, 'stores/one')));
  expect(bundles.map(({ id }) => id)).toEqual([outcome[0]!.done.bundle]);
});
