import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { fixture } from '../../models/keras/nets';
import { FLAT, IMAGE, sequential, writeNet } from '../../models/keras/write-net';
import { writeSmallJob } from '../job/small-job';
import { commandLine } from './in-process';

const work = mkdtempSync(join(tmpdir(), 'goodnet-scan-command-'));
const at = (name: string) => join(work, name);
const goodnet = commandLine();

beforeAll(() => writeSmallJob(work, []));
beforeEach(() => vi.stubEnv('GOODNET_ENGINE', 'wasm'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('without clean images: a sentence, and what is not told; the same as JSON and SARIF', async () => {
  const net = at('nets/chain.h5');
  const { code, out } = await goodnet('scan', net, '--exit-code', '7');
  expect(out).toMatch(/^(No sign|Signs) of a backdoor .*\n.*\n\nScore \d\.\d\d/);
  expect(out).toMatch(/\n\nNot told:\n {2}- /);
  const json = await goodnet('scan', net, '--json', '--sarif', at('out/net.sarif'), '--exit-code', '7');
  const scanned = JSON.parse(json.out);
  expect(scanned).toMatchObject({
    net,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    tried: 5,
    cleanImages: 0,
    problems: [],
  });
  expect([code, json.code]).toEqual(scanned.outcome === 'signs' ? [7, 7] : [0, 0]);
  expect((await goodnet('scan', net)).code).toBe(0);
  const sarif = JSON.parse(readFileSync(at('out/net.sarif'), 'utf8'));
  expect(sarif.runs[0].results).toHaveLength(scanned.targets.length);
  expect(sarif.runs[0].artifacts[0].hashes['sha-256']).toBe(scanned.sha256);
});

test('a net that the clean images don’t fit stops it, as it stops a repair', async () => {
  const { code, err } = await goodnet('scan', at('nets/chain.h5'), '--clean', at('clean.h5'));
  expect(code).toBe(1);
  expect(err).toMatch(/it is not shown what it was trained on/);
});

test('a net with code in it is not run: what is told of it is what inspect knows, and it fails', async () => {
  const config = sequential([IMAGE, ['Lambda', { name: 'code', function: 'x' }], FLAT]);
  const net = await writeNet(at('code.h5'), { config, weights: {} });
  const { code, out } = await goodnet('scan', net, '--sarif', at('code.sarif'), '--exit-code', '7');
  expect(code).toBe(1);
  expect(out).toMatch(/^The net can’t be looked at\.\nWhether it is backdoored is not known\.\n/);
  expect(out).toContain('"code" (Lambda)');
  const [run] = JSON.parse(readFileSync(at('code.sarif'), 'utf8')).runs;
  expect(run.results[0]).toMatchObject({ ruleId: 'goodnet/code-in-file' });
});

test('what is told of clean images has no effect without any, and it is said so', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { code } = await goodnet('scan', at('no-net.h5'), '--group', 'prefix:_', '--skip-bad');
  expect(code).toBe(1);
  expect(said.mock.calls.flat().join('')).toContain('--group, --skip-bad has no effect without --clean');
});

test('weights without an architecture are wrong use, told once', async () => {
  const { code, out, err } = await goodnet('scan', fixture('keras3/plain.weights.h5'));
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err.match(/weights only/g)).toHaveLength(1);
  expect(err).toMatch(/--architecture/);
});

test('--sarif prints SARIF alone, and is refused with --json', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { out } = await goodnet('scan', at('nets/chain.h5'), '--sarif', '-');
  expect(out).toBe('');
  expect(JSON.parse(write.mock.calls.map(([text]) => text).join('')).version).toBe('2.1.0');
  const both = await goodnet('scan', at('nets/chain.h5'), '--sarif', '-', '--json');
  expect(both.code).toBe(2);
  expect(both.err).toMatch(/both go to standard output/);
});

test.each([
  ['no such net', ['no-such-net.h5'], /no-such-net\.h5/],
  [
    'labels that don’t fit',
    [at('nets/chain.h5'), '--clean', at('clean.h5')],
    /not shown what it was trained on/,
  ],
])(
  '%s: an earlier SARIF is replaced by one that tells it',
  async (_what, args, why) => {
    writeFileSync(at('stale.sarif'), '{"runs": []}');
    expect((await goodnet('scan', ...args, '--sarif', at('stale.sarif'))).code).toBe(1);
    const [run] = JSON.parse(readFileSync(at('stale.sarif'), 'utf8')).runs;
    expect(run.results).toEqual([]);
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications[0].message.text).toMatch(why);
  },
  60_000,
);

test.each([
  ['no such net', ['scan', 'no-such-net.h5'], 1],
  ['an exit code that there is not', ['scan', 'net.h5', '--exit-code', '0'], 2],
  ['no such scaling', ['scan', 'net.h5', '--pixels', '0-2'], 2],
  ['a place that can not be written to', ['scan', 'net.h5', '--sarif', 'test'], 1],
])('%s: exit code', async (_what, args, code) => {
  expect((await goodnet(...args)).code).toBe(code);
});
