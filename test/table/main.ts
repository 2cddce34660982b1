/**
 * `npm run table [faces] [stealth] [clean] [tiles] [signs] [curve] [--seeds 1,2,3] [--no-peers] [--keep DIR]`: the README's tables,
 * measured on ../shared/data; each figure is the median of the seeds. Without a name, all of them: some 25 minutes a
 * seed on 2 quiet cores with tfjs-node. `--no-peers` leaves out `magnitude`, which runs with the first seed alone;
 * `--keep DIR` keeps each run in a folder, and takes from it what is there already.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startEngine } from '../../models/engine';
import { CASES, DATA, SECTIONS, type Section } from './cases';
import { alarmRow, HEAD, type Measured, printTable, rowsOf, seedRowOf } from './rows';
import { KeptRuns } from './runs';
import { ALPHA } from './work';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    'no-peers': { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});
const seeds = values.seeds.split(',').map(Number);
const unknown = positionals.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0 || !seeds.every((seed) => Number.isInteger(seed))) {
  console.error(
    unknown.length > 0
      ? `There is no table ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}.`
      : '--seeds are whole numbers with commas between them.',
  );
  process.exit(2);
}
if (!existsSync(DATA)) {
  console.log('The data (../shared/data) is not there: there is nothing to measure on.');
  process.exit(0);
}
const engine = await startEngine();
console.log(
  `Engine: ${engine.description}; α = ${100 * ALPHA} %; medians of the seeds ${seeds.join(', ')}; ` +
    'per cent, with 95 % intervals (Wilson)',
);
const kept = new KeptRuns(values.keep);
const sections = (Object.keys(SECTIONS) as Section[]).filter(
  (name) => positionals.length === 0 || positionals.includes(name),
);
const experts: Measured[] = [];
for (const section of sections) {
  const measured: Measured[] = [];
  for (const net of CASES.filter((each) => each.section === section)) {
    for (const method of net.methods) {
      if (method !== 'expert' && values['no-peers']) continue;
      const runs = [];
      // The peer is slow, and far off: one seed tells enough.
      for (const seed of method === 'expert' ? seeds : seeds.slice(0, 1))
        runs.push(await kept.get(net, method, seed));
      measured.push({ net, method, runs });
    }
  }
  printTable(SECTIONS[section], HEAD, measured.flatMap(rowsOf));
  experts.push(...measured.filter(({ method }) => method === 'expert'));
}
printTable(
  'False alarms on clean test images',
  ['net', 'α = 0.5 %', '1 %', '2 %', '5 %', 'clean images'],
  experts.map(alarmRow),
);
if (seeds.length > 1) {
  printTable(
    `Each seed (${seeds.join(', ')})`,
    ['net', 'G clean', 'false alarms', 'detected'],
    experts.map(seedRowOf),
  );
}
