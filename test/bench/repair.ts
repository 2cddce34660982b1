/**
 * `npx tsx test/bench/repair.ts`: time and peak resident memory of `goodnet repair` on 11,547 images of faces1283,
 * the default method on wasm and on tfjs-node, beside the `magnitude` method on tfjs-node. Linux only.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTfjsNode } from '../../models/engine/node';

const faces = join(import.meta.dirname, '../../../shared/data/faces1283');

interface Cost {
  readonly seconds: number;
  readonly megabytes: number;
}

if (!existsSync(faces))
  console.log('The data (../shared/data) is not there: there is nothing to measure on.');
else if (findTfjsNode() === undefined) console.log('tfjs-node is not installed: npm run setup:native');
else await compare();

async function compare(): Promise<void> {
  const peer = await cost('node', 'magnitude');
  tell('magnitude, node', peer);
  for (const engine of ['node', 'wasm'] as const) {
    const ours = await cost(engine, 'expert');
    tell(`expert, ${engine}`, ours);
    const goal = engine === 'node' ? 1.5 : 3;
    console.log(
      `expert on ${engine} / magnitude on node = ${(ours.seconds / peer.seconds).toFixed(2)} (goal ≤ ${goal})`,
    );
  }
}

function tell(what: string, { seconds, megabytes }: Cost): void {
  console.log(`${what}: ${seconds.toFixed(0)} s, ${megabytes.toFixed(0)} MB at most (goal ≤ 1500)`);
}

async function cost(engine: string, method: string): Promise<Cost> {
  const out = mkdtempSync(join(tmpdir(), 'goodnet-bench-'));
  const start = performance.now();
  const net = join(faces, 'badnets', 'multi_trigger_multi_target_bd_net.h5');
  const clean = join(faces, 'clean_validation_data.h5');
  const child = spawn(
    process.execPath,
    ['dist/goodnet.js', 'repair', net, '--clean', clean, '--out', out, '--method', method],
    { env: { ...process.env, GOODNET_ENGINE: engine }, stdio: 'ignore' },
  );
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
  if (code !== 0) throw new Error(`The repair on ${engine} by ${method} failed`);
  return { seconds: (performance.now() - start) / 1000, megabytes: (peak * 1024) / 1e6 };
}
