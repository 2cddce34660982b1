/**
 * `npm run ablation [NET…] [-- --only PART,…] [--nets N] [--each] [--list]`: what each part of the detector adds, measured on nets that
 * it may be developed on: the demo's, the given ones of faces1283 and signs43, and the self-made ones of the development half; of
 * the check those that it has measured. Each net is repaired once, by the default method, and read; that is kept in .cache/attacks/ablation as long as the code is
 * the same, so that a run that was interrupted goes on. Without a name all of them (many hours: self-made nets are trained on first
 * use), with --nets the first N; a name may end in *. --only measures some parts, --each tells every net.
 */
import { join } from 'node:path';
import { startEngine } from '../../../models/engine';
import { UsageError } from '../../../models/errors';
import { readArgs } from '../../command-line';
import { runCommand } from '../../run-command';
import { ALPHA } from '../table/work';
import { collect } from './collect';
import type { CollectedNet } from './collected';
import { checkAsItIs } from './judge';
import { keep, kept, keptFolder } from './kept';
import { type AsItIs, type Changes, measureAsItIs, measurePart } from './measure';
import { DEVELOPMENT_NETS, type DevelopmentNet, isThere } from './nets';
import { PARTS, type Part } from './parts';
import { asItIsTable, LEGEND, netsTable, partsTable } from './print';

const { values, positionals } = readArgs(import.meta.filename, {
  only: { type: 'string' },
  nets: { type: 'string' },
  each: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
});

await runCommand(run);

async function run(): Promise<void> {
  const parts = chosenParts();
  const nets = chosenNets();
  if (values.list) {
    for (const { name } of nets) console.log(name);
    return;
  }
  const engine = await startEngine();
  const folder = keptFolder(engine.description);
  const measured: { name: string; figures: AsItIs; changes: (Changes | undefined)[] }[] = [];
  for (const net of nets) {
    if (!isThere(net)) {
      console.error(`${net.name} is left out: its data (../shared/data) is not there.`);
      continue;
    }
    const read = await readings(net, folder);
    const changes = parts.map((part) => measurePart(read, part));
    measured.push({ name: net.name, figures: measureAsItIs(read), changes });
  }
  console.log(`${engine.description}; α = ${100 * ALPHA} %. ${LEGEND}`);
  console.log(`\n${asItIsTable(measured)}`);
  const found = parts.map((part, i) => ({
    part,
    nets: measured.flatMap(({ name, changes }) => (changes[i] ? [{ name, changes: changes[i] }] : [])),
  }));
  console.log(`\n${partsTable(found)}`);
  if (values.each) for (const part of found) console.log(`\n${netsTable(part)}`);
}

/** What was read of a net, now or before. */
async function readings(net: DevelopmentNet, folder: string): Promise<CollectedNet> {
  const path = join(folder, `${net.name}.bin`);
  const known = kept<CollectedNet>(path);
  if (known) return known;
  const own = join(folder, net.name);
  const opened = await net.open(own);
  try {
    const found = await collect(net.name, net.seed, opened, own);
    checkAsItIs(found);
    keep(path, found);
    return found;
  } finally {
    opened.close();
  }
}

function chosenParts(): readonly Part[] {
  const wanted = values.only?.split(',');
  if (!wanted) return PARTS;
  const unknown = wanted.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    throw new UsageError(
      `There is no part ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}`,
    );
  }
  return PARTS.filter(({ name }) => wanted.includes(name));
}

function chosenNets(): readonly DevelopmentNet[] {
  const isNamed = (name: string, asked: string) =>
    asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked;
  const unknown = positionals.filter((asked) => !DEVELOPMENT_NETS.some(({ name }) => isNamed(name, asked)));
  if (unknown.length > 0) {
    throw new UsageError(`There is no net ${unknown.join(', ')} to develop on; --list tells which there are`);
  }
  const named = DEVELOPMENT_NETS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((asked) => isNamed(name, asked)),
  );
  if (values.nets === undefined) return named;
  const most = Number(values.nets);
  if (!(Number.isInteger(most) && most > 0)) throw new UsageError('--nets is a whole number above 0');
  return named.slice(0, most);
}
