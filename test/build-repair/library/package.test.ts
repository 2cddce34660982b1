import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repair } from '../../../build-repair';
import { libraryExamples } from './examples';
import { addNetAndImages, emptyProject, root } from './project';

const EXAMPLES = libraryExamples();
const FUNCTIONS = [
  'GoodNet',
  'evaluate',
  'exportNet',
  'inspect',
  'openImages',
  'openNet',
  'openStore',
  'repair',
  'scan',
  'screen',
];

let folder: string;

// npm test builds what is packed.
beforeAll(async () => {
  folder = emptyProject();
  await addNetAndImages(folder);
  const out = join(folder, 'store');
  await repair({
    net: join(folder, 'net.h5'),
    clean: join(folder, 'clean_images'),
    out,
    acceptUnrepaired: true,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(file: string, code: string) {
  writeFileSync(join(folder, file), code);
  return spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GOODNET_ENGINE: 'wasm' },
  });
}

describe('the library, from the package as it is published, in an empty project', () => {
  it('has an example for each of its functions', () => {
    const all = EXAMPLES.map(({ code }) => code).join('\n');
    for (const name of FUNCTIONS)
      expect(all).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from 'goodnet'`));
  });

  it.each(EXAMPLES)('runs what a doc comment shows: $name', ({ code }) => {
    const { status, stdout, stderr } = run('example.mjs', code);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    // It shows something, as most readers will have it do first.
    expect(stdout).not.toBe('');
  });

  it('starts no engine by being imported, and changes nothing that is not its own', () => {
    const { stdout, stderr, status } = run('nothing-global.mjs', NOTHING_GLOBAL);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ imported: {}, worked: {}, memory: 0 });
    expect(status).toBe(0);
  });

  it('has whole types, without leave to skip what they import', () => {
    const examples = EXAMPLES.map(({ code }, i) => [`example-${i}.ts`, code] as const);
    for (const [file, code] of [...examples, ['app.ts', TYPED] as const])
      writeFileSync(join(folder, file), code);
    const files = ['app.ts', ...examples.map(([file]) => file)];
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes'];
    const target = ['--target', 'es2022', '--module', 'nodenext'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...target, ...types, ...files];
    const { stdout } = spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

/** A stranger's program: right where nothing is said, wrong where it says so. */
const TYPED = `
import { evaluate, exportNet, GoodNet, GoodNetError, openNet, openStore, repair, scan, screen, seenIn, type Verdict } from 'goodnet';

using goodnet = await GoodNet.load('store', { trust: ['key.pub'], id: undefined });
const one: Verdict = await goodnet.classify(new Uint8Array());
const several: Verdict[] = await goodnet.classify([new Uint8Array(), new Float32Array()], { top: 1 });
const pixels: Verdict[] = await goodnet.classify(new Uint8Array(360), 1);
// @ts-expect-error: one verdict
const wrong: Verdict[] = await goodnet.classify(new Uint8Array());
// @ts-expect-error: no such option
await GoodNet.load('store', { trusted: [] });
const net = await openNet('net.h5', { inputSize: { height: 12, width: 10 } });
const { figures, manifest, report } = await repair({ net, clean: 'clean', out: 'store', method: 'expert', fit: 'crop:256/224', report: true });
const rate: number = figures.accuracy.rate;
const text: string | undefined = report;
const alpha: number = manifest.alpha;
// @ts-expect-error: no such method
await repair({ net, clean: 'clean', out: 'store', method: 'magic' });
const { targets } = await scan({ net: 'net.h5' });
const level: 'near certain' | 'possible' | undefined = targets[0]?.level;
const store = await openStore('s3://bucket/faces', { sign: 'key', trust: 'key.pub' });
const ids: string[] = await store.prune(5);
const { refused } = await store.migrate({ signal: AbortSignal.timeout(1000) });
const why: string | undefined = refused[0]?.why.code;
const { clean, poisoned, likelyCause } = await evaluate({ bundle: 'store', clean: 'clean', poisoned: ['poisoned'], trust: 'key.pub' });
const rates: number[] = [clean.accuracy.rate, ...poisoned.map((set) => set.detectionRate.rate)];
const { kind } = await exportNet({ bundle: 'store', net: 'repaired', to: 'net.onnx', force: true });
// @ts-expect-error: no such net
await exportNet({ bundle: 'store', net: 'good', to: 'net.onnx' });
const { images } = await screen({
  bundle: 'store',
  paths: ['images'],
  out: 'rows.jsonl',
  workers: 1,
  trust: ['key.pub'],
  seen: seenIn('seen.json', console.error),
  onRows: ([row]) => {
    if (row && 'verdict' in row) console.log(row.verdict.class);
  },
});
try {
  await store.publish('store', { activate: true });
} catch (error) {
  if (error instanceof GoodNetError) console.log(error.kind, error.hint);
}
export { alpha, ids, images, kind, level, likelyCause, rates, why, one, pixels, rate, several, text, wrong };
`;

/** Tells what of the process was changed by importing the library, and by all of its work. */
const NOTHING_GLOBAL = `
import { readFile } from 'node:fs/promises';

const EVENTS = ['uncaughtException', 'unhandledRejection', 'exit', 'beforeExit', 'SIGINT', 'SIGTERM', 'warning', 'message', 'disconnect'];
const look = () => ({
  env: JSON.stringify(process.env),
  listeners: JSON.stringify([...new Set([...EVENTS, ...process.eventNames()])].map((name) => [String(name), process.listenerCount(name)])),
  console: JSON.stringify(Object.keys(console).map((name) => String(console[name]))),
  streams: JSON.stringify([process.stdout, process.stderr].map((stream) => stream.listenerCount('error'))),
  title: process.title,
  exitCode: String(process.exitCode),
  cwd: process.cwd(),
});
const changed = (before, after) => Object.fromEntries(Object.keys(before).filter((name) => before[name] !== after[name]).map((name) => [name, [before[name], after[name]]]));

const before = look();
const { evaluate, exportNet, GoodNet, inspect, openStore, repair, scan, screen } = await import('goodnet');
const imported = look();
const tf = await import('@tensorflow/tfjs-core');
const works = async () => {
  const goodnet = await GoodNet.load('store');
  await goodnet.classify(await readFile('face.png'));
  goodnet.dispose();
  await inspect('net.h5');
  await scan({ net: 'net.h5', clean: 'clean_images' });
  await (await openStore('store')).list();
  await evaluate({ bundle: 'store', clean: 'clean_images', poisoned: ['clean_images'], report: true });
  await evaluate({ bundle: 'store', clean: 'clean_images', poisoned: ['nothing'] }).catch(() => {});
  await evaluate({ bundle: 'store', clean: 'clean_images', onProgress: () => { throw new Error('enough'); } }).catch(() => {});
  for (const to of ['made.h5', 'made.onnx', 'made']) await exportNet({ bundle: 'store', net: 'bad', to, force: true });
  await screen({ bundle: 'store', paths: ['clean_images', 'face.png'], workers: 1 });
  await screen({ bundle: 'store', paths: ['clean_images'], out: 'rows.csv', workers: 2 });
  await screen({ bundle: 'store', paths: ['clean_images'], workers: 1, onRows: () => { throw new Error('enough'); } }).catch(() => {});
  await repair({ net: 'net.h5', clean: 'clean_images', out: 'other', method: 'magnitude', pixels: '0-1', report: true });
  await repair({ net: 'net.h5', clean: 'nothing', out: 'other' }).catch(() => {});
  await repair({ net: 'net.h5', clean: 'clean_images', out: 'other', onProgress: () => { throw new Error('enough'); } }).catch(() => {});
};
await works();
const tensors = tf.memory().numTensors;
console.log(JSON.stringify({ imported: changed(before, imported), worked: changed(imported, look()), memory: tensors }));
`;
