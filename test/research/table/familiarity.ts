/**
 * `npm run familiarity [demo] [signs] [cifar] [faces] [--seed 1]`: how often pictures are called unlike those that a net was calibrated
 * on: clean test images, poisoned ones, odd ones. Without a name, all nets, a few minutes on 2 cores with wasm; those but the
 * demo's need ../shared/data. Nothing is repaired: it takes no more than B and the clean images.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeDemoData } from '../../../build-repair/demo/data';
import { byGroups, percent, rateOf } from '../../../build-repair/evaluate/interval';
import { allImages, type LoadedImages, loadImages, spread } from '../../../build-repair/images/load';
import { silent } from '../../../build-repair/progress';
import { calibrateFamiliarity } from '../../../build-repair/repair/calibrate/familiarity';
import { planFolds } from '../../../build-repair/repair/choose/folds';
import { observe } from '../../../build-repair/repair/observe/observe';
import {
  type Familiarity,
  familiarityOf,
  strangeness,
  UNFAMILIAR,
} from '../../../models/detector/familiarity';
import { readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { type ImageShape, imageSize } from '../../../models/images/set';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { featureNet } from '../../../models/nets/features';
import { Random } from '../../../models/random';
import { readArgs } from '../../command-line';
import { type FamiliarityCase, familiarityCases } from './familiarity-cases';
import { fitted, ODD } from './odd-pictures';
import { open } from './work';

/** Odd pictures of each kind. */
const ODD_ONES = 300;

const { values, positionals } = readArgs(import.meta.filename, { seed: { type: 'string', default: '1' } });
const seed = Number(values.seed);
const work = mkdtempSync(join(tmpdir(), 'goodnet-familiarity-'));
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
  const { shape, calibrated, ask } = await teller(of);
  console.log(`\n### ${of.name}: calibrated on ${calibrated} images\n`);
  console.log('| pictures | called unfamiliar | AUROC |\n|---|---|---|');
  const clean = await load(of.test, of.net);
  const usual = await ask(clean.gather(allImages(clean)));
  row('clean test images', usual, undefined, of.groups);
  for (const path of of.poisoned) {
    const images = await load(path, of.net);
    row(basename(path, '.h5'), await ask(images.gather(allImages(images))), usual);
  }
  const some = clean.gather(spread(allImages(clean), ODD_ONES));
  for (const [kind, make] of Object.entries(ODD))
    row(kind, await ask(make(some, shape, new Random(seed, kind))), usual);
  for (const other of cases.filter(({ name, test }) => name !== of.name && existsSync(test))) {
    const images = await load(other.test, other.net);
    const pixels = images.gather(spread(allImages(images), ODD_ONES));
    row(`images of ${other.name}`, await ask(fitted(pixels, images.shape, shape)), usual);
  }
}

/** What tells how familiar pictures are to a net, as a bundle of it would. */
async function teller({ net: path, clean, group }: FamiliarityCase): Promise<{
  readonly shape: ImageShape;
  readonly calibrated: number;
  readonly ask: (pixels: Float32Array) => Promise<Familiarity[]>;
}> {
  const net = await loadNet(path);
  const set = await open(clean, net, group);
  const images = await loadImages(set);
  set.close();
  const { inputShape: shape, classes } = net;
  const pixels = { kind: '0-1' } as const;
  const context = { images, shape, classes, pixels, seed, progress: silent, signal: undefined };
  const bad = featureNet(toLogits(net.model), 'bad');
  const { summaries } = await observe(context, bad, { stage: '', summaries: true });
  const plan = planFolds(images.labels, images.groups, classes, seed);
  const { surroundings, scales, calibration } = calibrateFamiliarity(context, summaries!, plan, true).rule;
  const nets = { shape, pixels, classes, bad: bad.net, repaired: undefined };
  const ask = async (asked: Float32Array) => {
    const found: Familiarity[] = [];
    const step = RUN_BATCH * imageSize(shape);
    for (let start = 0; start < asked.length; start += step) {
      const batch = asked.subarray(start, start + step);
      const n = batch.length / imageSize(shape);
      const { distances } = await readNets(nets, new Map(), batch, n, surroundings);
      for (const each of strangeness(distances!, scales, n)) found.push(familiarityOf(each, calibration));
    }
    return found;
  };
  return { shape, calibrated: calibration.length, ask };
}

async function load(path: string, netPath: string): Promise<LoadedImages> {
  const net = await loadNet(netPath);
  const set = await open(path, net);
  net.model.dispose();
  const images = await loadImages(set);
  set.close();
  return images;
}

function row(
  name: string,
  found: readonly Familiarity[],
  usual?: readonly Familiarity[],
  groups?: number,
): void {
  const share = rateOf(found.filter(({ unfamiliar }) => unfamiliar).length, found.length);
  const area = usual ? auroc(usual, found).toFixed(3) : '';
  console.log(`| ${name} | ${percent(byGroups(share, groups)).replace(' %', '')} | ${area} |`);
}

/** How often one of the pictures found is less familiar than a usual one; half where they are alike. */
function auroc(usual: readonly Familiarity[], found: readonly Familiarity[]): number {
  let wins = 0;
  for (const { familiarity: odd } of found) {
    for (const { familiarity: fair } of usual) wins += odd < fair ? 1 : odd === fair ? 0.5 : 0;
  }
  return wins / (usual.length * found.length);
}
