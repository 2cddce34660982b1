/**
 * `npm run field [NAME…] [-- --keep DIR] [--seed N] [--blends N] [--few] [--list]`: GoodNet and other detectors on the same nets, calibrated on
 * the same clean images: area under the ROC curve, detection and false alarms at 1 and 5 %, as Markdown. A name is that of a given net
 * or of a self-made one to develop on (trained on first use), and may end in *; without one, all given nets. `--few` measures
 * GoodNet alone with 50, 20, 10, 5 and 2 clean images a class. `--keep DIR` keeps each run in a folder, and takes from it what is there.
 */
import { existsSync } from 'node:fs';
import { startEngine } from '../../../models/engine';
import { UsageError } from '../../../models/errors';
import { readArgs } from '../../command-line';
import { runCommand } from '../../run-command';
import { DATA } from '../table/cases';
import { Kept } from '../table/runs';
import { lines } from '../table/work';
import { type FewScores, fewOf, fewScores, labelsOf } from './few';
import { figuresOf } from './figures';
import { goodNetScores } from './goodnet';
import { type FieldNet, GIVEN, netsOf, type OpenedField, SELF_MADE } from './nets';
import { badExpert } from './peers/badexpert';
import { mahalanobis } from './peers/mahalanobis';
import { calibrated, type Peer } from './peers/peer';
import { strip } from './peers/strip';
import { type FewRow, fewTable, fieldTables, type MeasuredNet } from './print';
import { type Scores, scoresBy } from './scores';

const { values, positionals } = readArgs(import.meta.filename, {
  seed: { type: 'string', default: '1' },
  blends: { type: 'string', default: '100' },
  keep: { type: 'string' },
  few: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
});

await runCommand(run);

async function run(): Promise<void> {
  const seed = Number(values.seed);
  const blends = Number(values.blends);
  if (!(Number.isInteger(seed) && Number.isInteger(blends) && blends > 0)) {
    throw new UsageError('--seed is a whole number, --blends one above 0');
  }
  if (values.list) return console.log([...GIVEN, ...SELF_MADE].map(({ name }) => name).join('\n'));
  const nets = netsOf(positionals);
  if (!existsSync(DATA)) {
    return console.log('The data (../shared/data) is not there: there is nothing to measure on.');
  }
  const engine = await startEngine();
  console.log(`${engine.description}; seed ${seed}.\n`);
  console.log(values.few ? await few(nets, seed) : await field(nets, seed, blends));
  lines.finish();
}

async function field(nets: readonly FieldNet[], seed: number, blends: number): Promise<string> {
  const kept = new Kept<{ readonly scores: Scores; readonly groups?: number | undefined }>(values.keep);
  const peers = [badExpert, mahalanobis, strip(blends)];
  const measured: MeasuredNet[] = [];
  const detectors = [
    { name: 'GoodNet', scores: (opened: OpenedField) => goodNetScores(opened, { seed }) },
    ...peers.map((peer) => ({
      name: peer.name === 'STRIP' ? `STRIP-${blends}` : peer.name,
      scores: (opened: OpenedField) => peerScores(peer, opened, seed),
    })),
  ];
  for (const net of nets) {
    const figures = [];
    for (const { name, scores } of detectors) {
      const run = await kept.get(`${net.name}-${name}-${seed}`, () =>
        net.use(seed, async (opened) => ({ scores: await scores(opened), groups: opened.groups })),
      );
      figures.push(figuresOf(run.scores, run.groups));
    }
    measured.push({ net: net.name, figures });
  }
  const names = ['GoodNet', ...peers.map(({ name }) => name)];
  return `${legend(blends)}\n\n${fieldTables(names, measured)}`;
}

async function peerScores(peer: Peer, opened: OpenedField, seed: number): Promise<Scores> {
  const judge = await calibrated(peer, { ...opened, seed });
  try {
    return await scoresBy(judge, opened.test, opened.poisoned);
  } finally {
    judge.dispose();
  }
}

async function few(nets: readonly FieldNet[], seed: number): Promise<string> {
  const kept = new Kept<FewScores & { readonly groups?: number | undefined }>(values.keep);
  const rows: FewRow[] = [];
  for (const net of nets) {
    await net.use(seed, async (opened) => {
      for (const some of fewOf(await labelsOf(opened.clean), opened.net.classes)) {
        const name = `${net.name}-few-${some.name.replaceAll(' ', '-')}-${seed}`;
        const { scores, groups, ...run } = await kept.get(name, async () => ({
          ...(await fewScores(opened, some, seed)),
          groups: opened.groups,
        }));
        const figures = scores && figuresOf(scores, groups);
        rows.push({ ...run, net: net.name, few: some.name, images: some.images.length, figures });
      }
    });
  }
  return `${FEW_LEGEND}\n\n${fewTable(rows)}`;
}

function legend(blends: number): string {
  return `Found and false alarms in per cent; 95 % intervals in brackets (Wilson's; of AUROC, Newcombe's), which count signs where images are frames of signs.
AUROC and found count the images on which the attack works, false alarms and AUROC all clean test images. What GoodNet misses most stands first.

- **GoodNet**: as \`goodnet repair\` makes it by default. Its AUROC is of the score that its p-values are made of.
- **BaDExpert** (Xie et al., ICLR 2024): an expert unlearned on wrong labels and a net fine-tuned hard, the score of both confidences.
- **Mahalanobis** (Lee et al., NeurIPS 2018): distance of B's features before the last layer to the mean of the class that B names.
- **STRIP** (Gao et al., ACSAC 2019): mean entropy over ${blends} blends with clean images (its authors took 100).

All are calibrated on the same clean images, by conformal p-values. Where a split leaves enough to calibrate on (faces), that is two ninths of each
class, which no detector was fitted on; else each of four folds is scored by a detector fitted on the other three, and what is measured was
fitted on all. STRIP fits nothing: what others are fitted on, it blends with.`;
}

const FEW_LEGEND = `GoodNet, repaired with few clean images, and measured on the same test images. "In all" are all clean images that it is given; "withheld" stands where they
can't tell such a rate of false alarms, and the AUROC then is of a repair at a higher one. False alarms are called above or below where their
95 % interval leaves out what is promised.`;
