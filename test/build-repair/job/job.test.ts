import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type JobOptions, runJob } from '../../../build-repair/job/run-job';
import { silent } from '../../../build-repair/progress';
import { type Engine, startEngine } from '../../../models/engine';
import { GoodNetError } from '../../../models/errors';
import { createKeys } from '../../../models/signing/keys';
import { openSigner } from '../../../models/signing/signer';
import { readFrom } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import { openStoreFiles } from '../../../models/store/open-store-files';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { writeJob, writeSmallJob, writeWeightsAlone } from './small-job';

let engine: Engine;
let folder: string;
let aside: string;
let job: string;

beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm' });
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-job-test-'));
  // What a job puts aside is this test's alone: others run jobs, too.
  aside = join(folder, 'tmp');
  mkdirSync(aside);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, aside);
  job = join(folder, await writeSmallJob(folder, ['one', 'two', 'three']));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const run = (more: Partial<JobOptions> = {}) =>
  runJob({
    job,
    store: join(folder, 'stores'),
    state: join(folder, 'state'),
    share: { index: 0, of: 1 },
    engine,
    progress: silent,
    say: () => {},
    signal: new AbortController().signal,
    ...more,
  });

/** Nothing is to be repaired in a net that was never trained. */
const EXPERT = { method: 'expert', finding: false, alpha: 0.05, acceptUnrepaired: true };

/** What a job has left of what it put aside. */
const left = () => readdirSync(aside).filter((name) => name.startsWith('goodnet-job-'));

describe('runJob', () => {
  it('repairs each net once, however often the job is tried', async () => {
    const first = await run();
    expect(first.map(({ name, isNew, done }) => [name, isNew, done.outcome])).toEqual([
      ['one', true, 'repaired'],
      ['two', true, 'repaired'],
      ['three', true, 'repaired'],
    ]);
    for (const { name, done } of first) {
      const { manifest } = await readFrom(await openStoreFiles(join(folder, 'stores', name)));
      expect(manifest.id).toBe(done.bundle);
      expect(readFileSync(join(folder, 'state', name, 'report.html'), 'utf8')).toContain('<html');
    }
    const again = await run();
    expect(again.map(({ isNew }) => isNew)).toEqual([false, false, false]);
    expect(again.map(({ done }) => done)).toEqual(first.map(({ done }) => done));
    expect(left()).toEqual([]);
  });

  it('does a net again when what is asked for, or the net, is another', async () => {
    await run();
    const text = JSON.parse(readFileSync(job, 'utf8'));
    text.nets[1].seed = 99;
    writeJob(folder, text);
    expect((await run()).map(({ isNew }) => isNew)).toEqual([false, true, false]);
    writeFileSync(join(folder, 'clean.h5'), readFileSync(join(folder, 'clean.h5')));
    expect((await run()).map(({ isNew }) => isNew)).toEqual([true, true, true]);
  });

  it('takes images without labels, and does a net again when they are others', async () => {
    const text = JSON.parse(readFileSync(job, 'utf8'));
    const clean = readFileSync(join(folder, 'clean.h5'));
    writeFileSync(join(folder, 'seen.h5'), clean);
    text.nets = [{ ...text.nets[0], ...EXPERT, unlabelled: 'seen.h5' }];
    writeJob(folder, text);
    const said: string[] = [];
    const [done] = await run({ say: (line) => said.push(line) });
    expect(done!.done.outcome, done!.done.message).toBe('repaired');
    expect(said).toContain('[1/1] one: Suspicious images without labels gather at no class.');
    expect((await run()).map(({ isNew }) => isNew)).toEqual([false]);
    writeFileSync(join(folder, 'seen.h5'), clean);
    expect((await run()).map(({ isNew }) => isNew)).toEqual([true]);
  });

  it('keeps images of another set, or none and shows none, and does a net again when the set is another', async () => {
    const text = JSON.parse(readFileSync(job, 'utf8'));
    const clean = readFileSync(join(folder, 'clean.h5'));
    writeFileSync(join(folder, 'shown.h5'), clean);
    const [net] = text.nets;
    text.nets = [
      { ...net, ...EXPERT, name: 'clean' },
      { ...net, ...EXPERT, name: 'given', hosts: 'shown.h5' },
      { ...net, ...EXPERT, name: 'none', images: false },
    ];
    writeJob(folder, text);
    for (const { done } of await run()) expect(done.outcome, done.message).toBe('repaired');
    const what = async (name: string) => {
      const { manifest } = await readFrom(await openStoreFiles(join(folder, 'stores', name)));
      const report = readFileSync(join(folder, 'state', name, 'report.html'), 'utf8');
      const files = manifest.files.map(({ path }) => path);
      return {
        kept: manifest.kept,
        hosts: files.includes('hosts.bin'),
        features: files.includes('gallery/images.bin'),
        shows: report.includes('data:image/png'),
        names: report.includes('clean.h5#'),
      };
    };
    const keeps = { hosts: true, features: true, shows: true, names: true };
    const given = { from: 'given', name: 'shown.h5', images: 120, skipped: 0 };
    expect(await what('clean')).toEqual({ kept: { from: 'clean' }, ...keeps });
    expect(await what('given')).toEqual({ kept: given, ...keeps });
    const nothing = { hosts: false, features: false, shows: false, names: false };
    expect(await what('none')).toEqual({ kept: { from: 'none' }, ...nothing });
    writeFileSync(join(folder, 'shown.h5'), clean);
    expect((await run()).map(({ isNew }) => isNew)).toEqual([false, true, false]);
  });

  it('does a share, and all shares together do all', async () => {
    const names: string[] = [];
    for (const index of [0, 1])
      names.push(...(await run({ share: { index, of: 2 } })).map(({ name }) => name));
    expect(names).toEqual(['one', 'three', 'two']);
    expect((await run()).every(({ isNew }) => !isNew)).toBe(true);
  });

  it('goes on where it was stopped', async () => {
    const controller = new AbortController();
    const stopped = run({
      signal: controller.signal,
      say: (line) => {
        if (line.startsWith('[1/3]')) controller.abort(new Error('stopped'));
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(readdirSync(join(folder, 'stores'))).toEqual(['one']);
    expect((await run()).map(({ isNew }) => isNew)).toEqual([false, true, true]);
  });

  it('writes down what can not be repaired, once, and goes on', async () => {
    const text = JSON.parse(readFileSync(job, 'utf8'));
    writeFileSync(join(folder, 'nets/broken.h5'), 'no net');
    text.nets[0].net = 'nets/broken.h5';
    text.nets[1].net = 'nets/none.h5';
    writeJob(folder, text);
    const outcome = await run();
    expect(outcome.map(({ done }) => done.outcome)).toEqual(['refused', 'refused', 'repaired']);
    expect(outcome[0]!.done.message).toMatch(/broken\.h5/);
    expect(outcome[1]!.done.message).toMatch(/none\.h5: there is no such file/);
    expect((await run())[0]!.isNew).toBe(false);
  });

  it('does not mistake a lack of the machine for a fault of a net', async () => {
    const nowhere = join(folder, 'clean.h5');
    await expect(run({ store: nowhere })).rejects.toThrow(/Nothing can be written to .*: ENOTDIR/);
    expect((await run()).map(({ isNew }) => isNew)).toEqual([true, true, true]);
  });

  it('does not mistake a fault of the store for one of a net', async () => {
    const share = { index: 0, of: 3 };
    const [first] = await run({ share });
    rmSync(join(folder, 'state'), { recursive: true });
    const store = join(folder, 'stores/one');
    const key = join(folder, 'key');
    await createKeys(key);
    const signed = join(store, first!.done.bundle!.slice(0, 16), 'signatures.json');
    const damages = [
      [join(store, 'current.json'), {}],
      [signed, { signer: await openSigner(key) }],
    ] as const;
    for (const [file, more] of damages) {
      const before = existsSync(file) && readFileSync(file);
      writeFileSync(file, '{');
      await expect(run({ share, ...more })).rejects.toMatchObject({
        kind: 'environment',
        message: expect.stringMatching(/json is not JSON: it is damaged/),
        cause: expect.any(GoodNetError),
      });
      expect(existsSync(join(folder, 'state/one/done.json'))).toBe(false);
      if (before) writeFileSync(file, before);
      else rmSync(file);
    }
    await expect(run({ share, store: 's3://No' })).rejects.toThrow(/is no address in S3/);
    expect(await run({ share })).toMatchObject([{ isNew: true, done: { outcome: 'repaired' } }]);
  });

  it('takes an architecture from beside the job, and does a net again when it is another', async () => {
    await writeWeightsAlone(folder);
    const share = { index: 0, of: 3 };
    const [first] = await run({ share });
    expect(first!.done.outcome, first!.done.message).toBe('repaired');
    expect((await run({ share }))[0]!.isNew).toBe(false);
    const file = join(folder, 'nets/chain.json');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    expect((await run({ share }))[0]!.isNew).toBe(true);
    rmSync(file);
    const [none] = await run({ share });
    expect(none!.done).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/no such file/) });
  });

  it('takes the name of an architecture for a name', async () => {
    await writeWeightsAlone(folder);
    const text = JSON.parse(readFileSync(job, 'utf8'));
    text.nets[0].architecture = 'deepid';
    writeJob(folder, text);
    const [refused] = await run({ share: { index: 0, of: 3 } });
    // Looked for among the nets' layers, not among files.
    expect(refused!.done).toMatchObject({
      outcome: 'refused',
      message: expect.stringMatching(/weights\.h5: /),
    });
  });

  it('signs what it makes, and that it is current', async () => {
    const key = join(folder, 'key');
    const keyId = await createKeys(key);
    await run({ signer: await openSigner(key), share: { index: 0, of: 3 } });
    const files = await openStoreFiles(join(folder, 'stores/one'));
    const [signatures] = (await files.list('')).filter((each) => each.endsWith('/signatures.json'));
    expect(readFileSync(join(folder, 'stores/one', signatures!), 'utf8')).toContain(keyId);
    expect((await readCurrent(files))!.signed).toMatchObject({ keyId, model: 'one' });
    // Who has no key does not take its place, and is told before the work.
    rmSync(join(folder, 'state'), { recursive: true });
    await expect(run({ share: { index: 0, of: 3 } })).rejects.toThrow(/is signed by .*: readers that trust/);
  });

  it('leaks no tensors', async () => {
    const kept = tf.memory().numTensors;
    await run({ share: { index: 0, of: 3 } });
    expect(tf.memory().numTensors).toBe(kept);
    writeFileSync(join(folder, 'clean.h5'), 'no images');
    const [refused] = await run({ share: { index: 0, of: 3 } });
    expect(refused!.done).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/clean\.h5/) });
    expect(tf.memory().numTensors).toBe(kept);
  });

  it('does the job file that was looked at alone: whoever may write it may write another meanwhile', async () => {
    const sha256 = createHash('sha256').update(readFileSync(job)).digest('hex');
    writeFileSync(job, readFileSync(job, 'utf8').replace('"two"', '"doors"'));
    await expect(run({ sha256 })).rejects.toThrow(
      /is not the job file that is meant: its SHA-256 is another/,
    );
    expect(existsSync(join(folder, 'stores'))).toBe(false);
    const now = createHash('sha256').update(readFileSync(job)).digest('hex');
    const done = await run({ sha256: now, share: { index: 0, of: 3 } });
    expect(done.map(({ name }) => name)).toEqual(['one']);
  });

  it('says what job it can not read', async () => {
    await expect(run({ job: join(folder, 'none.json') })).rejects.toThrow(
      /none.json: there is no such job file/,
    );
  });
});

describe.skipIf(!hasS3Server)('runJob over S3', () => {
  let server: S3Server;
  const before = { ...process.env };
  beforeAll(async () => {
    server = await startS3Server();
    Object.assign(process.env, server.env);
  });
  afterAll(async () => {
    process.env = before;
    await server.close();
  });

  it('reads nets and images from S3, and writes stores and what is done there', async () => {
    await writeWeightsAlone(folder);
    cpSync(folder, join(server.root, 'goodnet/inbox/small'), { recursive: true });
    const s3 = {
      job: 's3://goodnet/inbox/small/repair-job.json',
      store: 's3://goodnet/models',
      state: 's3://goodnet/jobs/small',
      client: new S3Client(server.config),
    };
    const local = await run();
    const outcome = await run(s3);
    // The same inputs, seed and engine give the same bundle.
    expect(outcome.map(({ done }) => done.bundle)).toEqual(local.map(({ done }) => done.bundle));
    const { manifest } = await readFrom(await openStoreFiles('s3://goodnet/models/two'));
    expect(manifest.id).toBe(outcome[1]!.done.bundle);
    expect((await run(s3)).map(({ isNew }) => isNew)).toEqual([false, false, false]);
  });
});
