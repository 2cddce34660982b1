import { mkdtempSync } from 'node:fs';
import { BODIES } from './corpus/bodies';
import { FILES } from './corpus/files';
import { measureFile, measureRequest } from './corpus/measure';
import { PICTURES } from './corpus/pictures';

const want = process.argv[2] ?? '';
const show = (name: string, m: any) =>
  console.log(
    `${name.padEnd(52)} ${String(m.answer).slice(0, 60).padEnd(5)} cpu ${m.cost.cpu.toFixed(2)} peak ${m.cost.peakMb?.toFixed(0)} x4 ${m.atOnceMb?.toFixed(0)} loop ${m.cost.loopMs.toFixed(0)}`,
  );
for (const each of [...PICTURES, ...BODIES]) {
  if (!each.name.includes(want)) continue;
  try {
    show(each.name, await measureRequest(each));
  } catch (e) {
    console.log(each.name, 'FAILED', String(e).slice(0, 300));
  }
}
const folder = mkdtempSync('/tmp/probe-');
for (const each of FILES) {
  if (!each.name.includes(want)) continue;
  try {
    show(each.name, await measureFile(each, folder));
  } catch (e) {
    console.log(each.name, 'FAILED', String(e).slice(0, 300));
  }
}
process.exit();
