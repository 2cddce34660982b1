/**
 * `npm run bench repair`: time and peak resident memory of `goodnet repair` on 11,547 images of faces1283,
 * the default method on wasm and on tfjs-node, beside the `magnitude` method on tfjs-node and the seed's recipe in its own
 * frameworks (Keras 2.15 and tensorflow-model-optimization 0.8, see seed-recipe/). Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTfjsNode } from '../../../models/engine/node';
import { type FaceSet, faces } from './bundle';
import { Figures } from './figures';
import { repairBySeedRecipe } from './seed-recipe/run';

const root = join(import.meta.dirname, '../../..');

interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
}

const figures = new Figures();
if (process.platform !== 'linux') console.log('Resident memory is read from /proc, which Linux alone has.');
else if (!faces) console.log('The data (../shared/data) is not there: there is nothing to measure on.');
else if (findTfjsNode() !== undefined) await compare(faces);
else {
  console.log('tfjs-node, the peer, is not installed (npm run setup:native): wasm alone');
  tell('expert, wasm', await cost(faces, 'wasm', []));
}
figures.print();

async function compare(set: FaceSet): Promise<void> {
  const peer = await cost(set, 'node', ['--method', 'magnitude', '--no-finding']);
  tell('magnitude, node', peer);
  const seed = repairBySeedRecipe(set.net, set.clean);
  if (seed !== undefined) figures.add("the seed's recipe, Keras", `${seed.toFixed(0)} s`);
  for (const engine of ['node', 'wasm'] as const) {
    const repair = await cost(set, engine, ['--no-finding']);
    tell(`expert without the finding, ${engine}`, repair);
    const whole = await cost(set, engine, []);
    tell(`expert, as it is by default, ${engine}`, whole);
    const ratio = (what: string, ours: number, theirs: number, goal: number) =>
      figures.add(what, (ours / theirs).toFixed(2), `≤ ${goal}`);
    ratio(
      `expert on ${engine} / magnitude on node`,
      whole.seconds,
      peer.seconds,
      engine === 'node' ? 1.5 : 3,
    );
    if (seed === undefined) continue;
    const most = engine === 'node' ? 1 : 2;
    ratio(`expert without the finding on ${engine} / the seed's recipe`, repair.seconds, seed, most);
    ratio(`the finding on ${engine} / the seed's recipe`, whole.seconds - repair.seconds, seed, most);
  }
}

function tell(what: string, { seconds, megabytes }: Cost): void {
  figures.add(what, `${seconds.toFixed(0)} s`);
  figures.add(`${what}, memory at most`, `${megabytes.toFixed(0)} MB`, '≤ 1500 MB');
}

async function cost({ net, clean }: FaceSet, engine: string, more: readonly string[]): Promise<Cost> {
  const out = mkdtempSync(join(tmpdir(), 'goodnet-bench-'));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['dist/goodnet.js', 'repair', net, '--clean', clean, '--out', out, '--accept-unrepaired', ...more],
    { cwd: root, env: { ...process.env, GOODNET_ENGINE: engine }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let peak = 0;
  const poll = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 200);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(poll);
  rmSync(out, { recursive: true, force: true });
  if (code !== 0) throw new Error(`The repair on ${engine} ${more.join(' ')} failed (${code}):\n${said}`);
  return { seconds: (performance.now() - start) / 1000, megabytes: (peak * 1024) / 1e6 };
}
