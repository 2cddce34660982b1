import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { run } from '../../../build-repair/cli/run';

const work = mkdtempSync(join(tmpdir(), 'goodnet-foreign-commands-'));
const at = (name: string) => join(work, name);
let logs: MockInstance<typeof console.log>;
let errors: MockInstance<typeof console.error>;
let progress: MockInstance<typeof process.stderr.write>;

beforeEach(() => {
  vi.stubEnv('GOODNET_ENGINE', 'wasm');
  logs = vi.spyOn(console, 'log').mockImplementation(() => {});
  errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('inspect, repair and job name a net of another kind, and tell the way in', async () => {
  // A job has each net repaired by the program that it was started by.
  process.argv[1] = 'dist/goodnet.js';
  writeFileSync(at('net.pt'), Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'));
  writeFileSync(at('clean.h5'), 'not looked at before the net is known');
  const job = { format: 'goodnet-repair-job', formatVersion: 1 };
  const nets = [{ name: 'one', net: 'net.pt', clean: 'clean.h5' }];
  writeFileSync(at('job.json'), JSON.stringify({ ...job, nets }));
  for (const args of [
    ['inspect', at('net.pt')],
    ['repair', at('net.pt'), '--clean', at('clean.h5'), '--out', at('out')],
    ['job', at('job.json'), '--store', at('stores'), '--state', at('state'), '--json'],
  ]) {
    errors.mockClear();
    progress.mockClear();
    expect(await run(args)).toBe(1);
    const said = `${errors.mock.calls.flat().join('\n')}${progress.mock.calls.flat().join('')}`;
    expect(said, args[0]).toMatch(/net\.pt: The file is a PyTorch file, not a net that GoodNet reads/);
    expect(said, args[0]).toMatch(/torch\.onnx\.export\(net\.eval\(\)/);
    expect(said, args[0]).not.toMatch(/not expected/);
  }
  expect(JSON.parse(logs.mock.calls.flat().join('\n'))).toEqual([
    {
      name: 'one',
      outcome: 'refused',
      code: 'NET_FORMAT_UNSUPPORTED',
      message: expect.stringMatching(/a PyTorch file/),
      hint: expect.any(String),
      seconds: expect.any(Number),
      engine: expect.any(String),
      at: expect.any(String),
      limits: expect.any(Object),
    },
  ]);
});

test('inspect leaves the weights out where they are not asked for', async () => {
  const net = 'test/fixtures/keras/keras2/plain_trained.h5';
  expect(await run(['inspect', net])).toBe(0);
  const text = logs.mock.calls.flat().join('\n');
  expect(text).toMatch(/^layer +class +output +parameters$/m);
  expect(text).not.toMatch(/kernel/);
  logs.mockClear();
  expect(await run(['inspect', net, '--weights'])).toBe(0);
  expect(logs.mock.calls.flat().join('\n')).toMatch(/kernel/);
  logs.mockClear();
  expect(await run(['inspect', net, '--json'])).toBe(0);
  expect(JSON.parse(logs.mock.calls.flat().join('\n')).layers[1].weights.length).toBeGreaterThan(0);
});
