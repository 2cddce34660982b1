import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { limitsOf } from '../../../build-repair/job/limits';
import { ofTheNet } from '../../../build-repair/job/net-outcome';
import { runJob } from '../../../build-repair/job/run-job';
import { silent } from '../../../build-repair/progress';
import { GoodNetError } from '../../../models/errors';
import { writeSmallJob } from './small-job';

/** Stands in for the process that repairs a net: each net's name says what becomes of it. */
const PROGRAM = `
  const made = { outcome: 'repaired', bundle: 'b'.repeat(64), accuracyBefore: 1, accuracy: 1, seconds: 1, report: '<html>', notices: ['a notice'] };
  process.once('message', ({ net, store, local }) => {
    if (net.name === 'ends') process.exit(134);
    if (net.name === 'killed') process.kill(process.pid, 'SIGKILL');
    if (net.name === 'hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (net.name === 'swells') setInterval(() => (globalThis.held ??= []).push(Buffer.alloc(32e6, 1)), 10);
    if (net.name === 'refused') process.send({ fault: { message: 'no net', kind: 'data', hint: 'Another.' } });
    process.send({ engine: 'a stand-in' });
    if (net.name === 'fine') process.send({ made: { ...made, notices: [store, local.get(net.net)] } });
    if (net.name === 'disk') process.send({ fault: { message: 'the disk is full', kind: 'environment' } });
  });
`;

const folder = mkdtempSync(join(tmpdir(), 'goodnet-apart-'));
const program = join(folder, 'program.cjs');
const MINUTES = 0.1;

beforeAll(() => {
  // Others look at what is left in the usual place.
  vi.stubEnv('TMPDIR', folder);
  writeFileSync(program, PROGRAM);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Jobs by their nets: written once, as a net whose file is another is done again. */
const jobs = new Map<string, Promise<string>>();

function jobOf(names: string[]): Promise<string> {
  const own = join(folder, names.join('-'));
  const job = jobs.get(own) ?? writeSmallJob(own, names).then((name) => join(own, name));
  jobs.set(own, job);
  return job;
}

async function run(names: string[], limits = { minutes: MINUTES, bytes: 2 ** 33 }, signal?: AbortSignal) {
  const job = await jobOf(names);
  const said: string[] = [];
  const outcome = await runJob({
    job,
    store: join(folder, 'stores'),
    state: join(folder, 'state'),
    share: { index: 0, of: 1 },
    progress: silent,
    say: (line) => said.push(line),
    signal: signal ?? new AbortController().signal,
    apart: { program, limits },
  });
  return { outcome, said };
}

const done = (name: string) => JSON.parse(readFileSync(join(folder, 'state', name, 'done.json'), 'utf8'));

describe('a process a net', () => {
  it('whatever becomes of it is that net’s result, and the others are done', async () => {
    const names = ['ends', 'killed', 'hangs', 'refused', 'fine'];
    const job = await jobOf(names);
    const { outcome, said } = await run(names);
    expect(outcome.map(({ name, done }) => [name, done.outcome, done.exceeded])).toEqual([
      ['ends', 'refused', undefined],
      ['killed', 'refused', undefined],
      ['hangs', 'refused', 'time'],
      ['refused', 'refused', undefined],
      ['fine', 'repaired', undefined],
    ]);
    expect(done('ends').message).toContain('ended early (exit code 134)');
    expect(done('killed').message).toContain('ended early (SIGKILL)');
    expect(done('hangs')).toMatchObject({ exceeded: 'time', limits: { minutes: MINUTES } });
    expect(done('hangs').message).toContain('took more than 0.1 minutes and was ended');
    expect(done('refused')).toMatchObject({ message: 'no net', hint: 'Another.' });
    expect(done('fine')).toMatchObject({
      bundle: 'b'.repeat(64),
      engine: 'a stand-in',
      limits: { minutes: MINUTES },
    });
    expect(said).toContain(`[5/5] fine: ${join(folder, 'stores/fine')}`);
    expect(said).toContain(`[5/5] fine: ${join(job, '../nets/chain.h5')}`);
  });

  it('a net that took too long is done again only where it may take more', async () => {
    const limits = { minutes: MINUTES / 3, bytes: 2 ** 33 };
    await run(['hangs'], limits);
    expect((await run(['hangs'], limits)).outcome[0]!.isNew).toBe(false);
    expect((await run(['hangs'], { ...limits, minutes: 2 * limits.minutes })).outcome[0]).toMatchObject({
      isNew: true,
      done: { limits: { minutes: 2 * limits.minutes } },
    });
  });

  it.skipIf(process.platform !== 'linux')('one that takes too much memory is ended', async () => {
    const { outcome } = await run(['swells'], { minutes: 10, bytes: 2 ** 28 });
    expect(outcome[0]!.done).toMatchObject({ outcome: 'refused', exceeded: 'memory' });
    expect(outcome[0]!.done.message).toContain('took more than 0.3 GiB of memory');
  });

  it('what the machine lacks, and being interrupted, still stops the job', async () => {
    await expect(run(['disk', 'fine'])).rejects.toMatchObject({ kind: 'environment' });
    const controller = new AbortController();
    const running = run(['hangs'], { minutes: 10, bytes: 2 ** 33 }, controller.signal);
    setTimeout(() => controller.abort(new Error('stopped')), 300);
    await expect(running).rejects.toThrow('stopped');
  });
});

it('in one process, too, an error that nobody thought of is the net’s', () => {
  expect(ofTheNet(new RangeError('Maximum call stack size exceeded'))).toMatchObject({
    kind: 'data',
    message: 'This was not expected: Maximum call stack size exceeded',
  });
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(ofTheNet(full)).toBe(full);
  const lacks = new GoodNetError('no disk', { kind: 'environment' });
  expect(ofTheNet(lacks)).toBe(lacks);
});

it('a net may have most of the machine’s memory', () => {
  const { minutes, bytes } = limitsOf(120);
  expect(minutes).toBe(120);
  expect(bytes).toBeGreaterThan(2 ** 27);
});
