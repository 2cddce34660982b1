import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../models/bundle/manifest';
import { arriving, filesOf, readBundleFiles, readManifest, startReading } from '../../../models/bundle/read';
import { checkWritableFolder } from '../../../models/bundle/writable-folder';
import {
  makeFolder,
  writeBundle,
  writeFileAtomically,
  writeFolderAtomically,
} from '../../../models/bundle/write';
import { signaturesText } from '../../../models/signing/signatures';
import { asSomebody, canBeHeldBack } from '../../somebody';
import { writePlainBundle } from '../store/plain-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-files-'));
chmodSync(work, 0o777);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (of: string) => new TextEncoder().encode(of);
let store: string;
let folder: string;
let id: string;
let made = 0;
beforeEach(async () => {
  store = join(work, `store-${made++}`);
  id = await writePlainBundle(store);
  folder = join(store, id.slice(0, 16));
});

describe('a bundle that is read', () => {
  it('gives the bytes of each of its files, and of no other', async () => {
    const bundle = await readBundleFiles(folder);
    expect([bundle.folder, bundle.manifest.id]).toEqual([folder, id]);
    expect(text(bundle.read('bad/model.json'))).toBe('the topology of bad');
    expect(text(bundle.read('repaired/weights.bin'))).toBe('the weights of repaired');
    const arriving = await startReading(folder);
    expect([arriving.folder, arriving.manifest.id]).toEqual([folder, id]);
    expect(text(await arriving.read('bad/weights.bin'))).toBe('the weights of bad');
    for (const other of ['manifest.json', 'bad', '../current.json', '']) {
      const why = `The bundle is damaged: the manifest of ${folder} names no file ${other}`;
      expect(() => bundle.read(other)).toThrow(why);
      await expect(arriving.read(other)).rejects.toThrow(why);
    }
  });

  it.each<[string, () => void, RegExp]>([
    [
      'cut short',
      () => writeFileSync(join(folder, 'bad/model.json'), 'the'),
      /has 3 bytes; the manifest says 19$/,
    ],
    [
      'changed',
      () => writeFileSync(join(folder, 'bad/model.json'), 'the topology of BAD'),
      /has been changed since the bundle was made: its checksum does not fit$/,
    ],
    ['missing', () => rmSync(join(folder, 'bad/model.json')), /is missing or can't be read \(ENOENT\)$/],
    [
      'longer',
      () => writeFileSync(join(folder, 'bad/model.json'), 'the topology of bad!'),
      /is missing or can't be read \(it is 20 bytes long; the most is 19\)$/,
    ],
    [
      'a pipe',
      () => {
        rmSync(join(folder, 'bad/model.json'));
        execFileSync('mkfifo', [join(folder, 'bad/model.json')]);
      },
      /is missing or can't be read \(it is a named pipe, not a file\)$/,
    ],
  ])('is damaged where a file is %s, and which is told', async (_, hurt, why) => {
    const before = await startReading(folder);
    await before.whole();
    hurt();
    const manifest = await readManifest(folder);
    const hurts = filesOf(folder, manifest);
    for (const read of [
      () => readBundleFiles(folder),
      () => hurts.whole(),
      () => hurts.read('bad/model.json'),
    ])
      await expect(read()).rejects.toMatchObject({
        kind: 'data',
        message: expect.stringMatching(why),
        hint: expect.stringContaining('goodnet repair'),
      });
    // The others of it are whole, and can be had.
    expect(text(await hurts.read('bad/weights.bin'))).toBe('the weights of bad');
  });

  it('needs a manifest', async () => {
    await expect(readManifest(work)).rejects.toMatchObject({
      code: 'BUNDLE_NOT_FOUND',
      message: `${work} holds no bundle: manifest.json can't be read (ENOENT)`,
    });
    writeFileSync(join(folder, 'manifest.json'), '{');
    await expect(readManifest(folder)).rejects.toThrow(`${join(folder, 'manifest.json')} is not JSON`);
    await expect(startReading(folder)).rejects.toThrow(/is not JSON/);
  });

  it('may lie anywhere; what is nowhere is missing, and nothing is thrown before it is asked for', async () => {
    const manifest = await readManifest(folder);
    const asked: [string, number][] = [];
    const bundle = arriving(manifest, 'there', async (path, maxBytes) => {
      asked.push([path, maxBytes]);
      return path === 'bad/model.json' ? undefined : readFileSync(join(folder, path));
    });
    expect(asked).toEqual(manifest.files.map((file) => [file.path, file.bytes]));
    // A refusal that nobody has looked at yet would end the process.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(bundle.whole()).rejects.toThrow('The bundle is damaged: there/bad/model.json is missing');
    expect(text(await bundle.read('repaired/model.json'))).toBe('the topology of repaired');
  });

  it('gives memory of its own back, and none that others use', async () => {
    const alone = bytes('alone');
    const shared = bytes('not alone').subarray(4);
    const file = (path: string, content: Uint8Array) => ({
      path,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    const transferred: Uint8Array[] = [];
    for (const each of [alone, shared])
      Object.assign(each.buffer, { transfer: (size: number) => transferred.push(each) + size });
    const files = [file('a', alone), file('b', shared)];
    const bundle = arriving({ files } as Manifest, 'm', async (path) => (path === 'a' ? alone : shared));
    for (const path of ['a', 'b', 'none']) await bundle.free(path);
    expect(transferred.length).toBe(1);
    expect(transferred[0]).toBe(alone);
  });
});

describe('a bundle that is written', () => {
  const content = async () => {
    const { id: _, files, ...rest } = await readManifest(folder);
    return rest;
  };
  const memory = () =>
    ['bad/model.json', 'bad/weights.bin', 'repaired/model.json', 'repaired/weights.bin'].map((path) => ({
      path,
      bytes: readFileSync(join(folder, path)),
    }));
  const listed = (of: string) =>
    readdirSync(of)
      .filter((name) => name !== 'current.json')
      .sort();

  it('lies in a folder of its id, its files in order in the manifest, whatever order they came in', async () => {
    const into = join(work, 'into', 'deeper');
    const written = await writeBundle(into, await content(), memory().reverse());
    expect(written).toMatchObject({ folder: join(into, id.slice(0, 16)), existed: false });
    expect(written.manifest.id).toBe(id);
    expect(written.manifest.format).toBe('goodnet-bundle');
    expect(written.manifest.files.map(({ path }) => path)).toEqual(memory().map(({ path }) => path));
    expect((await readBundleFiles(written.folder)).manifest).toEqual(written.manifest);
    expect(listed(into)).toEqual([id.slice(0, 16)]);
    expect(listed(written.folder)).toEqual(['bad', 'manifest.json', 'repaired']);
  });

  it('is left alone where it is there already, whole', async () => {
    utimesSync(join(folder, 'manifest.json'), 1000, 1000);
    expect(await writeBundle(store, await content(), memory())).toMatchObject({ existed: true, folder });
    const again = await readManifest(folder);
    expect(again.id).toBe(id);
    expect(listed(store)).toEqual([id.slice(0, 16)]);
  });

  it('takes the place of another that lies where it belongs', async () => {
    const files = memory();
    const [there, other] = [await content(), join(work, 'other')];
    const otherId = await writePlainBundle(other, { seed: 2 });
    rmSync(folder, { recursive: true });
    execFileSync('cp', ['-r', join(other, otherId.slice(0, 16)), folder]);
    expect(await writeBundle(store, there, files)).toMatchObject({ existed: false });
    expect((await readBundleFiles(folder)).manifest.id).toBe(id);
    expect(listed(store)).toEqual([id.slice(0, 16)]);
  });

  it('keeps its signatures where what is left of it is replaced, but none that are damaged', async () => {
    const [there, files] = [await content(), memory()];
    const keyId = '0'.repeat(16);
    const signature = Buffer.alloc(64).toString('base64');
    const signed = signaturesText([{ keyId, signature }]);
    const path = join(folder, 'signatures.json');
    for (const [before, after] of [
      [signed, signed],
      ['{', undefined],
    ] as const) {
      writeFileSync(path, before);
      rmSync(join(folder, 'manifest.json'));
      expect(await writeBundle(store, there, files)).toMatchObject({ existed: false });
      expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(after);
    }
  });

  it('clears away what a killed run left behind a day ago, and nothing else', async () => {
    const old = Date.now() / 1000 - 25 * 60 * 60;
    const young = Date.now() / 1000 - 23 * 60 * 60;
    for (const [name, when] of [
      ['.incoming-old', old],
      ['.incoming-young', young],
      ['kept-old', old],
    ] as const) {
      mkdirSync(join(store, name));
      writeFileSync(join(store, name, 'file'), 'x');
      utimesSync(join(store, name), when, when);
    }
    symlinkSync('nowhere', join(store, '.incoming-broken'));
    await writeBundle(store, await content(), memory());
    expect(listed(store)).toEqual(
      ['.incoming-broken', '.incoming-young', 'kept-old', id.slice(0, 16)].sort(),
    );
  });

  it.skipIf(!canBeHeldBack)(
    'can not be written where somebody may not write, and leaves nothing',
    async () => {
      const [there, files] = [await content(), memory()];
      const closed = join(work, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o555);
      await asSomebody(async () => {
        await expect(writeBundle(closed, there, files)).rejects.toMatchObject({
          kind: 'environment',
          message: expect.stringMatching(/^The bundle can't be written to .*closed: EACCES/),
        });
      });
      expect(readdirSync(closed)).toEqual([]);
    },
  );

  it('whose folder can not be put there says so, and leaves nothing aside', async () => {
    const [there, files] = [await content(), memory()];
    // Two files of a name can't be written.
    await expect(
      writeBundle(store, { ...there, name: 'twice' }, [...files, files[0]!]),
    ).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/^The bundle can't be written to .*: EEXIST/),
    });
    expect(listed(store)).toEqual([id.slice(0, 16)]);
  });

  it('can not be written below a file', async () => {
    const [there, files] = [await content(), memory()];
    writeFileSync(join(work, 'file'), '');
    await expect(writeBundle(join(work, 'file', 'store'), there, files)).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/^The folder .* can't be made: /),
    });
    await expect(makeFolder(join(work, 'file'))).rejects.toMatchObject({ kind: 'environment' });
  });
});

describe('what is written whole or not at all', () => {
  it('is a file, in the place of what was there', async () => {
    const path = join(store, 'file');
    for (const content of ['one', 'two']) {
      await writeFileAtomically(path, bytes(content));
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
    mkdirSync(join(store, 'a folder', 'in it'), { recursive: true });
    await expect(writeFileAtomically(join(store, 'a folder'), bytes('x'))).rejects.toThrow();
    expect(readdirSync(store).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is a folder, in the place of what was there', async () => {
    const path = join(store, 'folder');
    await writeFolderAtomically(path, [{ path: 'a/b', bytes: bytes('one') }]);
    await writeFolderAtomically(path, [{ path: 'c', bytes: bytes('two') }]);
    expect(readdirSync(path)).toEqual(['c']);
    // Two of a name can't be written: what was there stays.
    const twice = [1, 2].map(() => ({ path: 'd', bytes: bytes('three') }));
    await expect(writeFolderAtomically(path, twice)).rejects.toThrow(/EEXIST/);
    expect(readdirSync(path)).toEqual(['c']);
    expect(readdirSync(store).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('the place of a result', () => {
  it('is a folder that can be written, or made', async () => {
    await checkWritableFolder(work);
    await checkWritableFolder(join(work, 'not', 'there', 'yet'));
    expect(existsSync(join(work, 'not'))).toBe(false);
  });

  it('is refused where it is a file, or below one', async () => {
    writeFileSync(join(work, 'in-the-way'), '');
    const refused = (why: RegExp) => ({
      code: 'OUTPUT_UNWRITABLE',
      kind: 'environment',
      message: expect.stringMatching(why),
    });
    await expect(checkWritableFolder(join(work, 'in-the-way'))).rejects.toMatchObject(
      refused(/in-the-way is no folder$/),
    );
    await expect(checkWritableFolder(join(work, 'in-the-way', 'a'))).rejects.toMatchObject(
      refused(/ENOTDIR/),
    );
  });
});
