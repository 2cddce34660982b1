import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { BODIES } from './corpus/bodies';
import { above, boundsOf, FILE } from './corpus/bounds';
import { FILES } from './corpus/files';
import { measureFile, measureRequest } from './corpus/measure';
import { PICTURES } from './corpus/pictures';

// `npm run fuzz` measures all of them, and time, too.
const folder = mkdtempSync(join(tmpdir(), 'goodnet-corpus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const named = <T extends { name: string }>(all: readonly T[], name: string): T =>
  all.find((each) => each.name === name)!;

it.each([
  ['JPEG, frame of 20,000 × 20,000 behind FF01', '422'],
  ['PNG, iCCP of 255 MB', '200'],
  ['25 megapixels: PNG, transparent', '200'],
  ['tensor of 9 million values, UINT8', '200'],
  ['form: 200,000 empty files', '400'],
])('takes no more memory than the rule allows, once or four times at once: %s', async (name, answer) => {
  const input = named([...PICTURES, ...BODIES], name);
  const measured = await measureRequest(input);
  expect(measured.answer).toBe(answer);
  if (process.platform === 'linux') expect(measured.cost.peakMb).toBeGreaterThanOrEqual(0);
  expect(above(measured, boundsOf(input, { opaque: 0, transparent: 0 }))).not.toContain('memory');
});

it('a net that claims 6 GB takes no memory either', async () => {
  const measured = await measureFile(named(FILES, 'a weight that claims 6 GB'), folder);
  expect(measured.answer).toMatch(/^refused: .*claims 6000000000 bytes/);
  expect(above(measured, FILE)).not.toContain('memory');
});

it('a measurement names each cost that is above its bound', () => {
  const bounds = boundsOf({ name: 'x', pixels: 50e6, largest: 25e6 }, { opaque: 1e-8, transparent: 1 });
  expect(bounds).toEqual({ cpu: 0.75, peakMb: 250, loopMs: 100 });
  const cost = { cpu: 0.7, peakMb: 200, loopMs: 90 };
  expect(above({ answer: '', cost }, bounds)).toEqual([]);
  expect(above({ answer: '', cost: { cpu: 0.8, peakMb: 251, loopMs: 101 } }, bounds)).toEqual([
    'processor time',
    'memory',
    'event loop',
  ]);
  expect(above({ answer: '', cost, atOnceMb: 251 }, bounds)).toEqual(['memory']);
});
