/**
 * `npm run bench:service [-- BUNDLE [IMAGES]]`: JPEG → verdict over HTTP at 1, 8 and 64 connections: requests a second, and
 * milliseconds to the answer; the medians of several rounds, in which both servers are asked in turn. The peer is a plain
 * server with onnxruntime-node and sharp (service/plain-server.ts). The load comes from this process, on the same cores.
 */
import { messageOf } from '../../models/errors';
import { benchBundle } from './bundle';
import { installOnnxRuntime } from './onnx/install.mjs';
import { jpegs } from './service/images';
import { type Load, load } from './service/load';
import { type Server, startGoodnet, startProgram } from './service/process';

const CONNECTIONS = [1, 8, 64];
const SECONDS = 4;
const ROUNDS = 5;
const GOAL = 0.9;
const IMAGES = 256;

interface Measured {
  readonly name: string;
  readonly server: Server;
  readonly url: string;
}

const { store, images } = await benchBundle(process.argv[2], process.argv[3]);
const bodies = await jpegs(store, images, IMAGES);
const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
console.log(`${IMAGES} JPEGs of the net's size, ${Math.round(bytes / IMAGES)} bytes on average`);
const measured = [await measuredServer('goodnet serve', await startGoodnet(store), '/v1/classify')];
if (hasPeer()) {
  const program = new URL('service/plain-server.ts', import.meta.url).pathname;
  measured.push(await measuredServer('onnxruntime-node + sharp', await startProgram(program, [store]), '/'));
}
try {
  for (const connections of CONNECTIONS) {
    const [ours, theirs] = await measure(connections);
    if (!theirs) continue;
    const ratio = ours!.perSecond / theirs.perSecond;
    console.log(`${connections} at once: goodnet / plain = ${ratio.toFixed(2)} (goal ≥ ${GOAL})`);
  }
} finally {
  for (const { server } of measured) await server.stop();
}

/** Both are warm when they are measured. */
async function measuredServer(name: string, server: Server, path: string): Promise<Measured> {
  const url = `${server.url}${path}`;
  await load(url, bodies, { connections: 8, seconds: 3 });
  return { name, server, url };
}

async function measure(connections: number): Promise<Load[]> {
  const rounds: Load[][] = measured.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { url }] of measured.entries())
      rounds[i]!.push(await load(url, bodies, { connections, seconds: SECONDS }));
  }
  return rounds.map((loads, i) => {
    const middle = (of: (each: Load) => number) => loads.map(of).sort((a, b) => a - b)[ROUNDS >> 1]!;
    const found = {
      perSecond: middle((each) => each.perSecond),
      p50: middle((each) => each.p50),
      p99: middle((each) => each.p99),
    };
    const times = `p50 ${found.p50} ms, p99 ${found.p99} ms`;
    console.log(
      `${measured[i]!.name}, ${connections} at once: ${found.perSecond.toFixed(0)} a second, ${times}`,
    );
    return found;
  });
}

function hasPeer(): boolean {
  try {
    installOnnxRuntime();
    return true;
  } catch (error) {
    console.log(`No comparison: ${messageOf(error).split('\n')[0]}`);
    return false;
  }
}
