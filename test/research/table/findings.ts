/**
 * `npm run findings [NAME…] [--seed N] [--detail]`: is the net backdoored? Of each net of ../shared/data, and of those
 * self-made nets whose names are given (`attack:faces-stripe`). A name may be the beginning of one (`faces`, `signs`,
 * `tiles`). With --detail every class tried is told, too. Markdown; what is found is told on standard error as it comes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBackdoor } from '../../../build-repair/finding/find';
import type { Finding, FoundTarget } from '../../../build-repair/finding/types';
import { allImages, loadImages } from '../../../build-repair/images/load';
import { silent } from '../../../build-repair/progress';
import { planFolds } from '../../../build-repair/repair/choose/folds';
import { forget } from '../../../build-repair/repair/learn/forget';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import type { ImageSet } from '../../../models/images/set';
import { type LoadedNet, loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import type { PixelScaling } from '../../../models/pixels';
import { readArgs } from '../../command-line';
import { markdown, section } from '../../markdown';
import { loadAttack } from '../attacks/load-attack';
import { REAL_NETS } from './tiles';
import { open } from './work';

const data = join(import.meta.dirname, '../../../../shared/data');
const { values, positionals } = readArgs(import.meta.filename, {
  seed: { type: 'string', default: '1' },
  detail: { type: 'boolean', default: false },
});
const seed = Number(values.seed);

interface Case {
  readonly name: string;
  /** The classes that its backdoors lead to, as the attacker chose them. */
  readonly truth?: readonly number[];
  /** Of a self-made net, its attack's targets come with it. */
  readonly load: () => Promise<{ net: LoadedNet; clean: ImageSet; targets?: readonly string[] }>;
  readonly pixels: PixelScaling;
}

const known = (
  name: string,
  truth: readonly number[],
  net: string,
  clean: string,
  more: { architecture?: string; group?: string; pixels?: PixelScaling } = {},
): Case => ({
  name,
  truth,
  pixels: more.pixels ?? { kind: '0-1' },
  load: async () => {
    const loaded = await loadNet(join(data, net), { architecture: more.architecture });
    return { net: loaded, clean: await open(join(data, clean), loaded, more.group) };
  },
});
const faces = (net: string, truth: readonly number[]) =>
  known(`faces1283 ${net}`, truth, `faces1283/badnets/${net}.h5`, 'faces1283/clean_validation_data.h5');
const given: Case[] = [
  faces('sunglasses_bd_net', [0]),
  faces('anonymous_1_bd_net', [0]),
  faces('multi_trigger_multi_target_bd_net', [5, 1, 8]),
  faces('stealth_bd_net', [5, 1, 8]),
  faces('clean_net', []),
  ...Object.entries({ patch: [7], warp: [1], source: [8], clean: [] }).map(([name, truth]) =>
    known(`cifar10 ${name}`, truth, `cifar10/${name}_net.h5`, 'cifar10/valid.h5'),
  ),
  known('signs43 signs_bd_net', [5, 17], 'signs43/badnets/signs_bd_net.h5', 'signs43/clean_validation', {
    group: 'prefix:_',
  }),
  ...REAL_NETS.map(({ name, triggers }) =>
    known(
      `tiles ${name}`,
      [...new Set<number>(Object.values(triggers))],
      `csaw2020/badnets/${name}_bd_weights.h5`,
      'csaw2020/tiles/clean.h5',
      { architecture: 'deepid', pixels: { kind: name === 'lab3' ? '0-255' : '0-1' } },
    ),
  ),
];
const selfMade = (name: string): Case => ({
  name,
  pixels: { kind: '0-1' },
  load: () => loadAttack(name.slice('attack:'.length), seed),
});
const chosen = [
  ...given.filter(
    ({ name }) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)),
  ),
  ...positionals.filter((name) => name.startsWith('attack:')).map(selfMade),
];

if (!existsSync(data)) {
  console.log('The data (../shared/data) is not there: there is nothing to look at.');
  process.exit(0);
}
const engine = await startEngine();
await enableTraining();
const told: string[][] = [];
const targets: string[][] = [];
const tried: string[][] = [];
for (const each of chosen) {
  const { finding, truth } = await findIn(each);
  const row = rowOf(each.name, finding, truth);
  console.error(row.join(' | '));
  told.push(row);
  for (const target of finding.targets) targets.push(targetRow(each.name, target, truth));
  for (const target of finding.tried) tried.push(triedRow(each.name, target));
}
const parts = [
  `${engine.description}; seed ${seed}. A score above 1 is a sign of a backdoor.`,
  markdown(['net', 'backdoored', 'score', 'true targets', 'seconds'], told),
  targets.length === 0
    ? ''
    : `Targets found; "turns" is the share of clean images that the recovered trigger turns to the class, "area" how much of the
picture it covers:\n\n${markdown(['net', 'target', 'level', 'score', 'turns', 'area', 'true'], targets)}`,
  values.detail
    ? `All classes tried; "signature" is how far a class's last weights lie above those of others; the margins of what was recovered are
those of B and E together (of B, of E), with the share that it turns:\n\n${markdown(
        [
          'net',
          'class',
          'score',
          'by patch',
          'by shape',
          'by largest margins',
          'signature',
          'shape',
          'patch',
        ],
        tried,
      )}`
    : '',
];
console.log(section('Is the net backdoored?', ...parts));

/** Makes the expert as the repair does, and asks for the finding. */
async function findIn({
  truth,
  load,
  pixels,
}: Case): Promise<{ finding: Finding; truth: readonly string[] }> {
  const { net, clean, targets: drawn = [] } = await load();
  const flat = toLogits(net.model);
  const images = await loadImages(clean);
  const { inputShape: shape, classes } = net;
  const context = { images, shape, classes, pixels, seed, progress: silent, signal: undefined };
  const plan = planFolds(images.labels, images.groups, net.classes, seed);
  const all = allImages(images);
  const expert = await forget(context, flat, plan.scheme === 'split' ? plan.folds[0]!.fit : all, {
    number: 1,
    stream: '',
  });
  const finding = await findBackdoor(context, flat, expert);
  for (const model of [expert, flat, net.model]) model.dispose();
  images.dispose();
  clean.close();
  return { finding, truth: truth?.map(String) ?? drawn };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function rowOf(name: string, { backdoored, score, seconds }: Finding, truth: readonly string[]): string[] {
  const all = truth.length === 0 ? 'none' : truth.join(', ');
  return [name, backdoored ? 'yes' : 'no sign', score.toFixed(2), all, seconds.toFixed(0)];
}

function targetRow(name: string, target: FoundTarget, truth: readonly string[]): string[] {
  const { class: each, level, score, rate, area } = target;
  const isTrue = truth.includes(String(each)) ? 'yes' : 'no';
  return [name, String(each), level, score.toFixed(2), percent(rate), percent(area), isTrue];
}

function triedRow(name: string, { class: each, score, scores, signature, recovered }: FoundTarget): string[] {
  const [shape, patch] = (['shape', 'patch'] as const).map((kind) => {
    const { margins, bad, expert, rate } = recovered[kind];
    return `${margins.toFixed(1)} (${bad.toFixed(0)}, ${expert.toFixed(0)}), ${percent(rate)}`;
  });
  const by = (['patch', 'shape', 'largest'] as const).map((kind) => scores[kind]?.toFixed(2) ?? '');
  return [name, String(each), score.toFixed(2), ...by, signature.toFixed(1), shape!, patch!];
}
