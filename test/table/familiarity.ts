/**
 * `npm run familiarity [demo] [signs] [cifar] [faces] [--seed 1] [--keep DIR]`: how often pictures are called unlike those that a net
 * was calibrated on: clean test images, poisoned ones, odd ones. Without a name, all nets: some 8 minutes on 2 quiet cores with
 * wasm; those but the demo's need ../shared/data. `--keep DIR` keeps the bundles, and takes from it what is there already. Repairs
 * are made without the finding, which familiarity does not depend on.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ProgressLines } from '../../build-repair/cli/progress-lines';
import { writeDemoData } from '../../build-repair/demo/data';
import { byGroups, percent, rateOf } from '../../build-repair/evaluate/interval';
import { allImages, type LoadedImages, loadImages, spread } from '../../build-repair/images/load';
import { repair } from '../../build-repair/repair/repair';
import { UNFAMILIAR } from '../../models/detector/familiarity';
import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import { loadNet } from '../../models/keras';
import { Random } from '../../models/random';
import type { Verdict } from '../../models/verdict';
import { type FamiliarityCase, familiarityCases } from './familiarity-cases';
import { fitted, ODD } from './odd-pictures';
import { ALPHA, open } from './work';

/** Odd pictures of each kind. */
const ODD_ONES = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, keep: { type: 'string' } },
});
const seed = Number(values.seed);
const work = mkdtempSync(join(tmpdir(), 'goodnet-familiarity-'));
const lines = new ProgressLines();
try {
  const cases = familiarityCases(await writeDemoData(join(work, 'images'), { seed }));
  const names = cases.map(({ name }) => name);
  if (!Number.isInteger(seed) || positionals.some((each) => !names.includes(each))) {
    console.error(`The nets are ${names.join(', ')}; --seed is a whole number.`);
    process.exitCode = 2;
  } else {
    const engine = await startEngine();
    console.log(
      `Engine: ${engine.description}; seed ${seed}; called unfamiliar at ${100 * UNFAMILIAR} %, in per cent,`,
    );
    console.log('with 95 % intervals (Wilson); AUROC by familiarity, against the clean test images');
    for (const each of cases) {
      if (positionals.length > 0 && !positionals.includes(each.name)) continue;
      if (existsSync(each.net)) await table(each, cases);
      else console.log(`${each.name}: ../shared/data is not there`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function table(of: FamiliarityCase, cases: readonly FamiliarityCase[]): Promise<void> {
  const goodnet = await made(of);
  const { shape } = goodnet;
  console.log(`\n### ${of.name}: calibrated on ${goodnet.manifest.familiarity!.images} images\n`);
  console.log('| pictures | called unfamiliar | AUROC | called backdoored |\n|---|---|---|---|');
  const clean = await load(of.test, of.net);
  const usual = await goodnet.classify(clean.gather(allImages(clean)), clean.count);
  row('clean test images', usual, undefined, of.groups);
  for (const path of of.poisoned) {
    const images = await load(path, of.net);
    row(basename(path, '.h5'), await goodnet.classify(images.gather(allImages(images)), images.count), usual);
  }
  const some = clean.gather(spread(allImages(clean), ODD_ONES));
  const odd = Object.entries(ODD).map(
    ([kind, make]) => [kind, make(some, shape, new Random(seed, kind))] as const,
  );
  const n = some.length / clean.gather([0]).length;
  for (const [kind, pixels] of odd) row(kind, await goodnet.classify(pixels, n), usual);
  for (const other of cases.filter(({ name, test }) => name !== of.name && existsSync(test))) {
    const images = await load(other.test, other.net);
    const pixels = images.gather(spread(allImages(images), ODD_ONES));
    const count = pixels.length / images.gather([0]).length;
    row(`images of ${other.name}`, await goodnet.classify(fitted(pixels, images.shape, shape), count), usual);
  }
  goodnet.dispose();
}

/** The net's bundle, made where it is not kept. */
async function made({ name, net: netPath, clean, group }: FamiliarityCase): Promise<GoodNet> {
  const out = join(values.keep ?? work, `${name}-${seed}`);
  if (!existsSync(join(out, 'current.json'))) {
    const net = await loadNet(netPath);
    const set = await open(clean, net, group);
    await repair({
      netPath,
      net,
      clean: set,
      out,
      method: 'expert',
      alpha: ALPHA,
      seed,
      finding: false,
      progress: lines.report,
      say: lines.say,
    });
    set.close();
    net.model.dispose();
  }
  return await GoodNet.load(out);
}

async function load(path: string, netPath: string): Promise<LoadedImages> {
  const net = await loadNet(netPath);
  const set = await open(path, net);
  net.model.dispose();
  const images = await loadImages(set);
  set.close();
  return images;
}

function row(name: string, found: readonly Verdict[], usual?: readonly Verdict[], groups?: number): void {
  const share = (is: (verdict: Verdict) => boolean) =>
    percent(byGroups(rateOf(found.filter(is).length, found.length), groups)).replace(' %', '');
  const area = usual ? auroc(usual, found).toFixed(3) : '';
  const cells = [name, share((each) => each.unfamiliar!), area, share((each) => each.backdoored)];
  console.log(`| ${cells.join(' | ')} |`);
}

/** How often one of the pictures found is less familiar than a usual one; half where they are alike. */
function auroc(usual: readonly Verdict[], found: readonly Verdict[]): number {
  let wins = 0;
  for (const { familiarity: odd } of found) {
    for (const { familiarity: fair } of usual) wins += odd! < fair! ? 1 : odd === fair ? 0.5 : 0;
  }
  return wins / (usual.length * found.length);
}
