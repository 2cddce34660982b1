import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobRefused, MOST_BYTES, nameOfJob, planJob } from '../../../build-repair/job/on-aws/plan-job';
import { publishMade } from '../../../build-repair/job/on-aws/publish-made';
import { startEngine } from '../../../models/engine';
import { createKeys } from '../../../models/signing/keys';
import { openTrust } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';
import { readFrom } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import { folderFiles } from '../../../models/store/folder-files';
import { checkCurrent } from '../../../models/store/trusted';
import { writeSmallBundle } from '../../functions/small-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-on-aws-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const net = (name: string, more: object = {}) => ({ name, net: 'net.h5', clean: 'clean.h5', ...more });
const jobOf = (nets: readonly object[]) => ({ format: 'goodnet-repair-job', formatVersion: 1, nets });

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(work, 'bucket-'));
});

/** Puts a job file into the inbox. */
function uploaded(name: string, job: unknown): { job: string } {
  const folder = join(place, 'inbox', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'repair-job.json'), typeof job === 'string' ? job : JSON.stringify(job));
  return { job: join(folder, 'repair-job.json') };
}

const sha256 = ({ job }: { job: string }) => createHash('sha256').update(readFileSync(job)).digest('hex');
const places = () => ({ inbox: join(place, 'inbox'), made: join(place, 'made'), state: join(place, 'jobs') });
const told = (name: string) => JSON.parse(readFileSync(join(place, 'jobs', name, 'job.json'), 'utf8'));

describe('planJob', () => {
  const plan = (asked: { job: string; byHand?: boolean }) => planJob(asked, { ...places(), maxShares: 16 });

  it('tells how many machines a job is shared out over, and where its bundles go', async () => {
    const asked = uploaded('faces', jobOf([net('faces'), net('faces.small')]));
    expect(await plan(asked)).toEqual({
      ...asked,
      byHand: false,
      shares: 2,
      made: join(place, 'made/faces'),
      sha256: sha256(asked),
    });
    expect(told('faces')).toMatchObject({ outcome: 'accepted', nets: 2 });
    const many = uploaded('many', jobOf(Array.from({ length: 40 }, (_, i) => net(`many.${i}`))));
    expect(await plan(many)).toMatchObject({ shares: 16 });
  });

  it.each([
    ['{', /is not JSON/],
    [jobOf([{ name: 'faces' }]), /nets\.0\.net/],
    [{ ...jobOf([net('faces')]), formatVersion: 2 }, /formatVersion/],
  ])('refuses a file that is no job, and writes down why: %j', async (job, why) => {
    const error = await plan(uploaded('faces', job)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(JobRefused);
    expect(error).toMatchObject({ name: 'JobRefused', message: expect.stringMatching(why) });
    expect(told('faces')).toMatchObject({ outcome: 'refused', message: expect.stringMatching(why) });
  });

  it('refuses a file that is too large to be read, before it is, and writes down why', async () => {
    const asked = uploaded('faces', jobOf([net('faces')]));
    const whole = JSON.stringify(jobOf([net('faces')]));
    writeFileSync(asked.job, whole.padEnd(MOST_BYTES));
    expect(await plan(asked)).toMatchObject({ shares: 1 });
    writeFileSync(asked.job, whole.padEnd(MOST_BYTES + 1));
    await expect(plan(asked)).rejects.toThrow(JobRefused);
    expect(told('faces')).toMatchObject({
      outcome: 'refused',
      message: expect.stringMatching(/most is 33554432/),
    });
  });

  it('lets an upload make models of its own name alone, and a person any', async () => {
    await expect(plan(uploaded('faces', jobOf([net('faces2')])))).rejects.toThrow(JobRefused);
    const other = uploaded('faces', jobOf([net('faces'), net('doors')]));
    await expect(plan(other)).rejects.toThrow('The job faces would make the model doors');
    // inbox/a may make a.b: nobody else's folder is called so.
    await expect(plan(uploaded('a.b', jobOf([net('a.b')])))).rejects.toThrow(/with a dot/);
    expect(await plan({ ...other, byHand: true })).toMatchObject({ shares: 2 });
  });

  it.each([
    'alice/bob/repair-job.json',
    'alice/bob/bob/repair-job.json',
    'repair-job.json',
    'bob/job.json',
    '../bob/repair-job.json',
    './bob/repair-job.json',
    '/repair-job.json',
    '../repair-job.json',
    'alice/repair-job.json","byHand":true,"x":"/repair-job.json',
    'a"b/repair-job.json',
    'a b/repair-job.json',
    'ä/repair-job.json',
    '-a/repair-job.json',
  ])('takes a job of a folder of the inbox alone, and no name from elsewhere: inbox/%s', async (key) => {
    // Whose file is in a folder called bob, and is a job of bob's.
    const own = uploaded('bob', jobOf([net('bob')]));
    uploaded('alice/bob', jobOf([net('bob')]));
    for (const byHand of [false, true]) {
      const asked = { job: `${join(place, 'inbox')}/${key}`, byHand };
      const error = await plan(asked).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(JobRefused);
      expect(error.message).toMatch(/is no job of the inbox/);
      expect(error.hint).toMatch(/NAME\/repair-job.json: one folder/);
    }
    expect(existsSync(join(place, 'jobs'))).toBe(false);
    expect(await plan(own)).toMatchObject({ shares: 1 });
  });

  it('holds to the inbox in S3, too', async () => {
    const inS3 = { ...places(), inbox: 's3://bucket/inbox', maxShares: 1 };
    for (const job of [
      's3://bucket/inbox/alice/bob/repair-job.json',
      's3://bucket/made/bob/repair-job.json',
      's3://other/inbox/bob/repair-job.json',
      's3://bucket/inbox/../repair-job.json',
    ])
      await expect(planJob({ job }, inS3)).rejects.toThrow(/is no job of the inbox/);
    expect(nameOfJob('s3://bucket/inbox/bob/repair-job.json', inS3.inbox)).toBe('bob');
  });
});

describe('publishMade', () => {
  const key = join(work, 'key.pem');
  const bundle = join(work, 'store');
  let id: string;
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    id = await writeSmallBundle(bundle);
    await createKeys(key);
  });

  /** What the container has made of a net. */
  function made(job: string, name: string, done: object = {}): void {
    cpSync(bundle, join(place, 'made', job, name), { recursive: true });
    mkdirSync(join(place, 'jobs', job, name), { recursive: true });
    const whole = {
      format: 'goodnet-repair-done',
      what: 'x',
      outcome: 'repaired',
      bundle: id,
      seconds: 1,
      engine: 'wasm',
      at: '2026-12-02T00:00:00.000Z',
      ...done,
    };
    writeFileSync(join(place, 'jobs', job, name, 'done.json'), JSON.stringify(whole));
  }

  const publish = async (asked: { job: string; byHand?: boolean; sha256?: string }, more: object = {}) => {
    const lines: object[] = [];
    const came = await publishMade(
      { sha256: sha256(asked), ...asked },
      {
        ...places(),
        store: join(place, 'models'),
        signer: await openSigner(key),
        activates: false,
        from: 0,
        since: '2026-12-01T00:00:00.000Z',
        mayGoOn: () => true,
        log: (line) => lines.push(line),
        ...more,
      },
    );
    return { ...came, lines };
  };
  const store = (name: string) => folderFiles(join(place, 'models', name));

  it('signs what was made; by an upload alone, nothing becomes current', async () => {
    const asked = uploaded('faces', jobOf([net('faces')]));
    made('faces', 'faces');
    expect(await publish(asked)).toMatchObject({ published: 1, current: 0, notRepaired: 0 });
    expect((await readFrom(store('faces'), id)).manifest.id).toBe(id);
    expect(await readCurrent(store('faces'))).toBeUndefined();
    const allowed = await publish(asked, { activates: true });
    expect(allowed).toMatchObject({ published: 1, current: 1 });
    const keys = await openTrust([`${key}.pub`]);
    await checkCurrent(store('faces'), (await readCurrent(store('faces')))!, { keys });
  });

  it('makes current what a person had made, unless the job says otherwise, or it was made before', async () => {
    const nets = [net('a'), net('b', { activate: false }), net('c'), net('d'), net('e'), net('f')];
    const asked = { ...uploaded('many', jobOf(nets)), byHand: true };
    made('many', 'a');
    made('many', 'b');
    made('many', 'c', { at: '2026-11-30T00:00:00.000Z' });
    made('many', 'd', { outcome: 'unrepaired' });
    made('many', 'e', { outcome: 'refused', bundle: undefined });
    const { lines, ...came } = await publish(asked);
    expect(came).toEqual({ published: 3, current: 1, notRepaired: 3 });
    expect(lines.map((line) => (line as { message: string }).message)).toEqual([
      'current',
      'published',
      'published',
      'nothing',
      'nothing',
      'nothing',
    ]);
    expect(await readCurrent(store('a'))).toMatchObject({ bundle: id });
    for (const name of ['b', 'c', 'd']) {
      expect(await readCurrent(store(name))).toBeUndefined();
      expect((await readFrom(store(name), id)).manifest.id).toBe(id);
    }
  });

  it('publishes what was planned alone: the file may be another meanwhile', async () => {
    const asked = uploaded('faces', jobOf([net('faces', { activate: false })]));
    const planned = await planJob({ ...asked, byHand: true }, { ...places(), maxShares: 1 });
    made('faces', 'faces');
    made('faces', 'doors');
    const swaps = [jobOf([net('doors')]), jobOf([net('faces', { activate: false }), net('doors')])];
    for (const swapped of [...swaps, jobOf([net('faces')])]) {
      uploaded('faces', swapped);
      const error = await publish(planned).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(JobRefused);
      expect(error.message).toMatch(/was changed after its job began: nothing is published/);
    }
    expect(existsSync(join(place, 'models'))).toBe(false);
    uploaded('faces', jobOf([net('faces', { activate: false })]));
    expect(await publish(planned)).toMatchObject({ published: 1, current: 0 });
    expect(existsSync(join(place, 'models/doors'))).toBe(false);
  });

  it('refuses a bundle that is not what its manifest says, and goes on with the others', async () => {
    const asked = uploaded('faces', jobOf([net('faces'), net('faces.b')]));
    made('faces', 'faces');
    made('faces', 'faces.b');
    writeFileSync(join(place, 'made/faces/faces', id.slice(0, 16), 'bad/model.json'), '{}');
    const { lines, ...came } = await publish(asked);
    expect(came).toEqual({ published: 1, current: 0, notRepaired: 1 });
    expect(lines[0]).toMatchObject({ level: 'error', net: 'faces' });
  });

  it('goes on where a call before ran out of time, and sends nothing twice', async () => {
    const asked = uploaded('faces', jobOf([net('faces'), net('faces.b')]));
    made('faces', 'faces');
    made('faces', 'faces.b');
    expect(await publish(asked, { mayGoOn: () => false })).toMatchObject({ published: 1, next: 1 });
    expect(await publish(asked, { from: 1 })).toMatchObject({ published: 1 });
    // What was made is deleted in time; what is published stays so.
    rmSync(join(place, 'made'), { recursive: true });
    expect(await publish(asked)).toMatchObject({ published: 2, notRepaired: 0 });
  });
});
