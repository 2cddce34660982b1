import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeText } from '../../../build-repair/cli/output';
import { rowsToFile } from '../../../build-repair/screen/written';
import { checkOutput } from '../../../build-repair/writable';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-written-'));
  path = join(folder, 'rows.csv');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const by = { model: 'faces', alpha: 0.01 };
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ image: `ä ${i}.png`, error: 'x' }));
const checkpoint = (portions: number) => ({
  portions,
  names: `${portions}`,
  totals: { images: 3 * portions, backdoored: 0, errors: 0 },
});
const images = (of = path) => readFileSync(of, 'utf8').match(/ä \d+\.png/g);

/** Lets each write() take so many bytes at most, as POSIX allows; and, from some write on, none. */
async function writeInParts(bytes: number, failsAt = Number.POSITIVE_INFINITY) {
  const probe = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe);
  await probe.close();
  const write = prototype.write;
  let writes = 0;
  vi.spyOn(prototype, 'write').mockImplementation(function (
    this: unknown,
    text: unknown,
    start = 0,
    length = 0,
    position: unknown = null,
  ) {
    if (++writes >= failsAt) return Promise.reject(new Error('ENOSPC: no space left on device'));
    if (typeof text === 'string') return write.call(this, Buffer.from(text).subarray(0, bytes), 0, bytes);
    return write.call(this, text, start, Math.min(length as number, bytes), position);
  });
}

test('rows are written whole, however little of them a write takes', async () => {
  await writeInParts(7);
  const written = await rowsToFile(path, 'csv', by, 'work');
  await written.write(rows(20));
  await written.finish();
  expect(images()).toHaveLength(20);
  expect(readdirSync(folder)).not.toContain('rows.csv.part.json');
});

test('on a full disk the whole rows stay, and screening goes on after them', async () => {
  const first = await rowsToFile(path, 'csv', by, 'work');
  await first.write(rows(3));
  await first.reached(checkpoint(1));
  await writeInParts(5, 3);
  await expect(first.write(rows(3))).rejects.toThrow(/rows.csv can't be written: ENOSPC/);
  vi.restoreAllMocks();
  expect(await first.leave()).toBe(true);
  const second = await rowsToFile(path, 'csv', by, 'work');
  expect(second.from).toMatchObject(checkpoint(1));
  await second.write(rows(3));
  await second.finish();
  expect(images()).toHaveLength(6);
});

test('an output that is a folder is refused before any work', async () => {
  mkdirSync(path);
  await expect(rowsToFile(path, 'csv', by, 'work')).rejects.toThrow(
    /rows.csv can't be written: it is a folder/,
  );
  expect(readdirSync(folder)).toEqual(['rows.csv']);
  await expect(checkOutput(path)).rejects.toThrow(/it is a folder/);
  await expect(checkOutput(join(import.meta.filename, 'x/report.html'))).rejects.toThrow(
    /Nothing can be written to/,
  );
  await checkOutput(join(folder, 'not/yet/there.html'));
  expect(readdirSync(folder)).toEqual(['rows.csv']);
});

test('a target that turns up meanwhile loses nothing, and says so', async () => {
  const written = await rowsToFile(path, 'csv', by, 'work');
  await written.write(rows(3));
  await written.reached(checkpoint(1));
  mkdirSync(join(path, 'in the way'), { recursive: true });
  await expect(written.finish()).rejects.toThrow(/rows.csv can't be written/);
  expect(await written.leave()).toBe(true);
  rmSync(path, { recursive: true });
  const again = await rowsToFile(path, 'csv', by, 'work');
  expect(again.from).toMatchObject(checkpoint(1));
  await again.finish();
  expect(images()).toHaveLength(3);
});

test.each(['gone', 'shorter'])('a note whose rows are %s is none', async (what) => {
  const written = await rowsToFile(path, 'csv', by, 'work');
  await written.write(rows(3));
  await written.reached(checkpoint(1));
  await written.leave();
  if (what === 'gone') await rename(`${path}.part`, path);
  else await (await open(`${path}.part`, 'w')).close();
  const again = await rowsToFile(path, 'csv', by, 'work');
  expect(again.from).toBeUndefined();
  await again.write(rows(2));
  await again.finish();
  expect(images()).toHaveLength(2);
});

test('a text is written whole or not at all, with the folder that it is to be in', async () => {
  await writeInParts(7);
  const text = 'ä'.repeat(50_000);
  const report = join(folder, 'new/report.html');
  await writeText(report, text);
  expect(readFileSync(report, 'utf8')).toBe(text);
  expect(readdirSync(join(folder, 'new'))).toEqual(['report.html']);
  await expect(writeText(join(folder, 'new'), text)).rejects.toThrow(/new can't be written/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
