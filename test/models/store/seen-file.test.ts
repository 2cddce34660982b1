import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { folderFiles } from '../../../models/store/folder-files';
import { seenIn } from '../../../models/store/seen-file';

const work = mkdtempSync(join(tmpdir(), 'goodnet-seen-'));
const at = (...names: string[]) => join(work, ...names);
let stores = 0;
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('what was seen, kept in a file', () => {
  const say = vi.fn();
  beforeEach(() => say.mockClear());

  it('is told store by store, at least what counts from the beginning', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    const seen = seenIn(file, say);
    expect(await seen.newest('a')).toBeUndefined();
    expect(await seen.note('a', 5)).toBeUndefined();
    expect([await seen.newest('a'), await seen.newest('b')]).toEqual([5, undefined]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      format: 'goodnet-seen',
      formatVersion: 1,
      stores: { a: 5 },
    });
    expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
    const later = seenIn(file, say, 3);
    expect([await later.newest('a'), await later.newest('b')]).toEqual([5, 3]);
    expect([await later.note('b', 2), await later.note('a', 4), await later.note('a', 5)]).toEqual([
      3,
      5,
      undefined,
    ]);
    expect(await later.newest('toString')).toBe(3);
    expect(say).not.toHaveBeenCalled();
  });

  it('is not written again where it is known, and tried eight times where others write', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    await seenIn(file, say).note('a', 5);
    utimesSync(file, 1000, 1000);
    const before = readFileSync(file);
    expect(await seenIn(file, say).note('a', 5)).toBeUndefined();
    expect(readFileSync(file)).toEqual(before);
    expect((await folderFiles(join(file, '..')).modified('seen.json'))!).toBe(1_000_000);
  });

  it.each([
    '{',
    '{}',
    '{"format":"goodnet-seen","formatVersion":2,"stores":{}}',
    '{"format":"x","formatVersion":1,"stores":{}}',
    '{"format":"goodnet-seen","formatVersion":1,"stores":{"a":"5"}}',
  ])('is known to nobody where the file says %s', async (text) => {
    const file = at(`seen-${stores++}`, 'seen.json');
    mkdirSync(join(file, '..'));
    writeFileSync(file, text);
    for (const ask of [() => seenIn(file, say).note('a', 1), () => seenIn(file, say).newest('a')])
      await expect(ask()).rejects.toMatchObject({
        kind: 'data',
        message: expect.stringMatching(/is damaged$/),
      });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is known to nobody where it is no file', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    mkdirSync(file, { recursive: true });
    await expect(seenIn(file, say).note('a', 1)).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/seen\.json, which tells what was current before, can't be read: /),
    });
  });
});

describe('what was seen', () => {
  it('is known from one run to the next, and to two at once', async () => {
    const file = at('state', 'seen.json');
    const say = vi.fn();
    const [one, two] = [seenIn(file, say), seenIn(file, say)];
    expect(await Promise.all([one.note('a', 5), two.note('b', 7)])).toEqual([undefined, undefined]);
    expect(await seenIn(file, say).note('a', 4)).toBe(5);
    expect(await two.note('a', 6)).toBeUndefined();
    expect(await one.note('a', 5)).toBe(6);
    expect(await one.note('__proto__', 1)).toBeUndefined();
    expect(say).not.toHaveBeenCalled();
    writeFileSync(file, '{"format":');
    await expect(seenIn(file, say).note('a', 9)).rejects.toThrow(/seen\.json, .* is damaged/);
  });

  it('is known as long as the process lives where it can not be kept, which is told once', async () => {
    writeFileSync(at('in-the-way'), '');
    const say = vi.fn();
    const seen = seenIn(at('in-the-way', 'seen.json'), say);
    await seen.note('a', 5);
    await seen.note('a', 6);
    expect(await seen.note('a', 5)).toBe(6);
    expect(say.mock.calls).toEqual([[expect.stringMatching(/can't be kept for the next run/)]]);
  });
});
