import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ignoredLines } from '../../../build-repair/images/ignored-files';
import { Walk } from '../../../build-repair/images/listing';
import { nameOf, pathOf } from '../../../build-repair/images/names';
import { openImages } from '../../../build-repair/images/open-images';
import { ImageError } from '../../../models/errors';
import { isHdf5 } from '../../../models/hdf5/open-hdf5';
import { loadNet } from '../../../models/keras';
import { readAll, temporaryFolder } from '../../models/images/write-hdf5';
import { plainPng } from './write-images';

const folder = temporaryFolder();
const shape = { height: 4, width: 5, channels: 3 };
let png: Buffer;
let made = 0;

beforeAll(async () => {
  png = await plainPng([200, 0, 0]);
});

/** A folder of images, and of links by where they lead. */
function write(images: string[], links: Record<string, string> = {}): string {
  const path = join(folder, `set${++made}`);
  for (const image of images) {
    mkdirSync(join(path, dirname(image)), { recursive: true });
    writeFileSync(join(path, image), png);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(path, name));
  return path;
}

async function walked(path: string) {
  const walk = await Walk.start(path);
  const files = await walk.files();
  return {
    files,
    ignored: walk.ignored.map(({ name, reason }) => [name.slice(path.length + 1), reason]),
  };
}

const ABOVE = 'it is a link to a folder above';
const OWN = 'it is a link to a folder that is read by its own name';

describe('links', () => {
  it('to a folder above are told once and not followed', async () => {
    const path = write(['a/1.png', 'b/1.png'], { 'a/up': '..', 'b/top': folder });
    expect(await walked(path)).toEqual({
      files: ['a/1.png', 'b/1.png'],
      ignored: [
        ['a/up', ABOVE],
        ['b/top', ABOVE],
      ],
    });
    const set = await openImages(path, { shape, classes: 2 });
    expect(set.size).toBe(2);
    expect((await readAll(set)).flatMap(({ labels }) => [...labels!])).toEqual([0, 1]);
    expect(ignoredLines(set.ignored)).toEqual([
      `Passed over: ${path}/a/up (${ABOVE}), ${path}/b/top (${ABOVE})`,
    ]);
  });

  it('two to the folder itself do not explode', async () => {
    const path = write(['1.png'], { x: '.', y: '.' });
    expect(await walked(path)).toEqual({
      files: ['1.png'],
      ignored: [
        ['x', ABOVE],
        ['y', ABOVE],
      ],
    });
  });

  it('to a sibling leave its images to it', async () => {
    const path = write(['b/1.png'], { a: 'b' });
    expect(await walked(path)).toEqual({ files: ['b/1.png'], ignored: [['a', OWN]] });
  });

  it('to folders elsewhere, or hidden ones, are followed, each once', async () => {
    const pool = write(['x/1.png', 'x/y/2.png'], { 'x/round': '.' });
    const path = write(['.kept/3.png'], { a: join(pool, 'x'), b: join(pool, 'x'), c: '.kept', d: pool });
    expect(await walked(path)).toEqual({
      files: ['a/1.png', 'a/y/2.png', 'c/3.png'],
      ignored: [
        ['b', 'it is a link to a folder that is read already'],
        ['a/round', 'it is a link to a folder that is read already'],
        ['d/x', 'it is a folder that is read already'],
      ],
    });
  });

  it('to files are images of their own, those to nothing are told when they are read', async () => {
    const path = write(['1.png'], { '2.png': '1.png', '3.png': 'nowhere', '4.png': '4.png' });
    expect((await walked(path)).files).toEqual(['1.png', '2.png', '3.png', '4.png']);
    const set = await openImages(path, { shape, labelsRequired: false, skipBad: true });
    expect((await readAll(set))[0]!.names).toHaveLength(2);
    expect(set.skipped[0]!.reason).toBe('there is no such file');
  });
});

describe.skipIf(process.platform === 'win32')('named pipes', () => {
  const pipe = (path: string) => execFileSync('mkfifo', [path]);

  it('among images are passed over', async () => {
    const path = write(['a/1.png', 'b/1.png'], { 'b/through': '../a/pipe' });
    pipe(join(path, 'a/pipe'));
    pipe(join(path, 'stray'));
    const set = await openImages(path, { shape, classes: 2 });
    expect(set.size).toBe(2);
    expect(set.ignored).toEqual(
      ['stray', 'a/pipe', 'b/through'].map((name) => ({
        name: join(path, name),
        reason: 'it is a named pipe',
      })),
    );
    expect((await openImages(path, { shape, labelsRequired: false })).size).toBe(2);
  });

  it('in the place of images, of a set, of a net are refused', async () => {
    const path = join(folder, 'pipe.h5');
    pipe(path);
    await expect(openImages(path, { shape })).rejects.toThrow(ImageError);
    await expect(openImages(path, { shape, labelsRequired: false })).rejects.toThrow(/is a named pipe/);
    await expect(isHdf5(path)).rejects.toThrow(/is a named pipe, not a file/);
    await expect(loadNet(path)).rejects.toThrow(/is a named pipe, not a file/);
  });
});

describe('names that are not UTF-8', () => {
  const latin1 = Buffer.from('gr\xfc\xdfe-\xe2\x82.png', 'latin1');

  it('are kept to the byte', () => {
    for (const bytes of [latin1, Buffer.from('grüße-€-😀.png'), Buffer.from([0xed, 0xa0, 0x80, 0xff])]) {
      expect(Buffer.from(pathOf(nameOf(bytes)))).toEqual(bytes);
    }
    expect(nameOf(Buffer.from('grüße-😀'))).toBe('grüße-😀');
    expect(pathOf('grüße-😀')).toBe('grüße-😀');
  });

  it.skipIf(process.platform !== 'linux')('work for images and their folders', async () => {
    const path = write(['a/1.png']);
    const odd = Buffer.concat([Buffer.from(`${path}/b`), Buffer.from([0xff])]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/'), latin1]), png);
    expect(readdirSync(path)).toHaveLength(2);
    const set = await openImages(path, { shape, classes: 2 });
    const [batch] = await readAll(set);
    expect([...batch!.labels!]).toEqual([0, 1]);
    expect(Buffer.from(pathOf(batch!.names[1]!))).toEqual(Buffer.concat([odd, Buffer.from('/'), latin1]));
  });
});
