/**
 * `npm run table [faces] [stealth] [clean] [tiles] [signs] [cifar] [curve] [kept] [peers] [alone] [repaired] [retaught] [-- --seeds 1,2,3]
 * [-- --keep DIR]`: the tables of docs/results.md as Markdown, measured on ../shared/data; each figure is the median of the seeds.
 * Without a name, all of them, for hours. With the first seed alone: `peers` holds GoodNet against two other methods (`--blends 20` has
 * STRIP take so many; 100, as its authors did), `alone` the repaired nets of three methods against each other, `repaired` GoodNet's alone, and `retaught` tells how
 * many triggered images bring a backdoor back. `--keep DIR` keeps each run (but those of `retaught`) in a folder, and takes from it what
 * is there already: what was broken off goes on.
 */
import { existsSync } from 'node:fs';
import { startEngine } from '../../../models/engine';
import { readArgs } from '../../command-line';
import { CASES, DATA, SECTIONS, type Section } from './cases';
import { compareAlone } from './peers/alone';
import { comparePeers } from './peers/compare';
import { alarmsTable, LEGEND, seedsTable, tablesOf } from './print';
import { compareRetaught } from './retaught/compare';
import { alarmRow, type Measured, rowsOf, seedRowsOf } from './rows';
import { KeptRuns } from './runs';
import { ALPHA } from './work';

const { values, positionals } = readArgs(import.meta.filename, {
  seeds: { type: 'string', default: '1,2,3' },
  blends: { type: 'string', default: '100' },
  keep: { type: 'string' },
});
const seeds = values.seeds.split(',').map(Number);
const blends = Number(values.blends);
const names = [...Object.keys(SECTIONS), 'peers', 'alone', 'repaired', 'retaught'];
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0 || !seeds.every(Number.isInteger) || !(Number.isInteger(blends) && blends > 0)) {
  console.error(
    unknown.length > 0
      ? `There is no table ${unknown.join(', ')}; there are ${names.join(', ')}.`
      : '--seeds are whole numbers with commas between them, --blends is one above 0.',
  );
  process.exit(2);
}
if (!existsSync(DATA)) {
  console.log('The data (../shared/data) is not there: there is nothing to measure on.');
  process.exit(0);
}
const engine = await startEngine();
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const sections = (Object.keys(SECTIONS) as Section[]).filter(isWanted);
console.log(`${engine.description}; α = ${100 * ALPHA} %.`);
if (sections.length > 0) console.log(`Seeds ${seeds.join(', ')}: each figure is their median. ${LEGEND}`);
const kept = new KeptRuns(values.keep);
const all: Measured[] = [];
for (const name of sections) {
  const measured: Measured[] = [];
  for (const net of CASES.filter((each) => each.section === name)) {
    const runs = [];
    for (const seed of seeds) runs.push(await kept.get(net, 'expert', seed));
    measured.push({ net, runs });
  }
  console.log(`\n${tablesOf(SECTIONS[name], measured.flatMap(rowsOf))}`);
  all.push(...measured);
}
if (all.length > 0) console.log(`\n${alarmsTable(all.map(alarmRow))}`);
if (all.length > 0 && seeds.length > 1) console.log(`\n${seedsTable(seeds, all.flatMap(seedRowsOf))}`);
if (isWanted('peers')) console.log(`\n${await comparePeers(kept, seeds[0]!, blends)}`);
if (isWanted('alone')) console.log(`\n${await compareAlone(kept, seeds[0]!)}`);
if (positionals.includes('repaired')) console.log(`\n${await compareAlone(kept, seeds[0]!, true)}`);
if (isWanted('retaught')) console.log(`\n${await compareRetaught(seeds[0]!)}`);
