/**
 * `npm run attacks [NAME…] [--seed N] [--keep DIR] [--held-out] [--unlabelled clean|poisoned] [--train-only] [--list]`: self-made backdoors,
 * each implanted, repaired by the default method and measured on images of ../shared/data. Without a name, all of
 * them. A name may end in * (`faces-*`). Nets are trained on first use and kept in .cache/attacks.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngine } from '../../models/engine';
import { LEGEND } from '../table/print';
import { ALPHA, repairAndEvaluate } from '../table/work';
import { ATTACKS } from './catalogue';
import { DATA } from './data';
import { loadAttack } from './load-attack';
import { type AttackRow, attackTables, rowsOf } from './rows';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    unlabelled: { type: 'string' },
    'held-out': { type: 'boolean', default: false },
    'train-only': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const half = values['held-out'] ? 'odd' : 'even';
const wanted = (name: string) =>
  positionals.length === 0 ||
  positionals.some((asked) => (asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked));
const chosen = ATTACKS.filter(({ name }) => wanted(name));

if (values.list) {
  for (const { name, developed } of ATTACKS) console.log(`${name}${developed ? ' (developed on)' : ''}`);
  process.exit(0);
}
const { unlabelled } = values;
const isKnown = unlabelled === undefined || unlabelled === 'clean' || unlabelled === 'poisoned';
if (chosen.length === 0 || !Number.isInteger(seed) || !isKnown) {
  console.error(
    `There is no such attack, or --seed is no whole number, or --unlabelled is neither clean nor poisoned. Attacks: ${ATTACKS.map((a) => a.name).join(', ')}`,
  );
  process.exit(2);
}
if (!existsSync(DATA)) {
  console.log('The data (../shared/data) is not there: there is nothing to attack.');
  process.exit(0);
}
const engine = await startEngine();
console.log(`${engine.description}; α = ${100 * ALPHA} %, seed ${seed}. ${LEGEND}`);
const rows: AttackRow[] = [];
for (const { name } of chosen) {
  const loaded = await loadAttack(name, seed, half);
  try {
    if (values.keep) {
      mkdirSync(values.keep, { recursive: true });
      copyFileSync(loaded.netPath, join(values.keep, basename(loaded.netPath)));
    }
    if (values['train-only']) continue;
    const { net, netPath, clean, test, poisoned } = loaded;
    const { figures, seconds } = await repairAndEvaluate(
      { netPath, net, clean, unlabelled: unlabelled && loaded.service[unlabelled], method: 'expert', seed },
      test,
      poisoned,
    );
    const own = rowsOf(loaded, figures, seconds);
    rows.push(...own);
    // Of many hours' work something is to be had before the end.
    if (chosen.length > 1) console.log(`\n${attackTables(name, own)}`);
  } finally {
    loaded.dispose();
  }
}
if (rows.length > 0) console.log(`\n${attackTables('Self-made attacks', rows)}`);
