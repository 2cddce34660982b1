import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { messageOf } from '../../../models/errors';
import { BODIES } from './bodies';
import { above, type Bounds, boundsOf, FILE } from './bounds';
import { FILES } from './files';
import { type Measured, measureFile, measureRequest } from './measure';
import { needOfAPixel } from './need';
import { PICTURES } from './pictures';

const HEAD = ['input', 'answer', 'CPU s', '≤', 'MB', '4 at once', '≤', 'loop ms', '≤', ''];

/**
 * Measures every input of the corpus, each in a process of its own, and prints a table of what it cost and may cost.
 * @param only inputs whose names have this in them
 * @returns whether all are within their bounds
 */
export async function measureCorpus(only = ''): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-fuzz-'));
  const rows: string[][] = [];
  let isWithin = true;
  const add = async (name: string, bounds: Bounds, measure: () => Promise<Measured>) => {
    if (!name.includes(only)) return;
    const measured = await measure().catch(messageOf);
    const row = rowOf(name, measured, bounds);
    if (row.at(-1) !== '') isWithin = false;
    rows.push(row);
    console.error(row.join('  '));
  };
  try {
    const need = await needOfAPixel(folder);
    const [opaque, transparent] = [need.opaque, need.transparent].map((each) => (each * 1e9).toFixed(0));
    console.log(
      `A pixel needs ${opaque} ns, of a transparent picture ${transparent}: as sharp alone took for the slowest honest ones.`,
    );
    for (const input of [...PICTURES, ...BODIES]) {
      await add(input.name, boundsOf(input, need), () => measureRequest(input));
    }
    for (const input of FILES)
      await add(`${input.as}: ${input.name}`, FILE, () => measureFile(input, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(markdownTable([HEAD, ...rows]));
  if (process.platform !== 'linux') console.log('Memory is told by Linux alone: it was not measured.');
  return isWithin;
}

function rowOf(name: string, measured: Measured | string, bounds: Bounds): string[] {
  const [cpu, peak, loop] = [
    bounds.cpu.toFixed(2),
    bounds.peakMb.toFixed(0),
    bounds.loopMs?.toFixed(0) ?? '',
  ];
  if (typeof measured === 'string')
    return [name, `none: ${measured}`, '', cpu, '', '', peak, '', loop, 'FAILED'];
  const { answer, cost, atOnceMb } = measured;
  const over = above(measured, bounds);
  return [
    name,
    answer.slice(0, 60),
    cost.cpu.toFixed(2),
    cpu,
    cost.peakMb?.toFixed(0) ?? '?',
    atOnceMb?.toFixed(0) ?? '',
    peak,
    loop === '' ? '' : cost.loopMs.toFixed(0),
    loop,
    over.length > 0 ? `ABOVE: ${over.join(', ')}` : '',
  ];
}
