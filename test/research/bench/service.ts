/**
 * `npm run bench:service [-- BUNDLE [IMAGES]]`: JPEG → verdict over HTTP at 1, 8 and 64 connections: requests a second,
 * milliseconds to the answer, and of processor time a request; the medians of several rounds, in which all servers are
 * asked in turn. There are two peers of onnxruntime-node, whose verdicts are ours: a plain server with sharp (service/plain-server.ts), with one
 * thread a run and with two, of which the faster counts, and one that batches, runs on two threads and takes JPEG's shortcut as ours does
 * (service/batching-server.ts). Ours and the plain one are measured once more without their nets: what the servers take around them. The load
 * comes from this process, on the same cores. `--rounds 1 --seconds 1` tries it.
 */
import { findOnnxRuntime } from '../../../models/engine/onnx';
import type { Verdict } from '../../../models/verdict';
import { readArgs } from '../../command-line';
import { benchBundle } from './bundle';
import { jpegs } from './service/images';
import { load, median } from './service/load';
import { type Server, startGoodnet, startProgram } from './service/process';

const CONNECTIONS = [1, 8, 64];
const GOAL = 0.9;
/** Threads of one run of the peer's nets: one is best for many requests at once, two for one. */
const PEER_THREADS = [1, 2];
const IMAGES = 256;

interface Measured {
  readonly name: string;
  readonly server: Server;
  readonly url: string;
}

/** Medians of rounds. */
interface Found {
  readonly perSecond: number;
  /** Milliseconds of processor time a request. */
  readonly cpu: number;
}

const { values, positionals } = readArgs(import.meta.filename, {
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '4' },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const { store, images } = await benchBundle(positionals[0], positionals[1]);
const bodies = await jpegs(store, images, IMAGES);
const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
console.log(`${IMAGES} JPEGs of the net's size, ${Math.round(bytes / IMAGES)} bytes on average`);
const measured: Measured[] = [];
try {
  const program = (file: string) => new URL(`service/${file}`, import.meta.url).pathname;
  await add('goodnet serve', '/v1/classify', startGoodnet(store));
  await add('goodnet without nets', '/v1/classify', startProgram(program('without-nets.ts'), [store]));
  if (hasPeer()) {
    await add('plain without nets', '/', startProgram(program('plain-server.ts'), [store, '--without-nets']));
    for (const threads of PEER_THREADS) {
      const peer = startProgram(program('plain-server.ts'), [store, '--threads', String(threads)]);
      await add(`onnxruntime-node of ${threads} threads + sharp`, '/', peer);
    }
    const batching = startProgram(program('batching-server.ts'), [store]);
    await add('onnxruntime-node, batches on 2 threads, our JPEG', '/', batching);
  }
  await checkPeer(measured[3]);
  await checkPeer(measured.at(-1));
  for (const connections of CONNECTIONS) compare(connections, await measure(connections));
} finally {
  for (const { server } of measured) await server.stop();
}

/** @throws Error where a peer's verdicts are others than ours: it would be no peer. The plain one decodes JPEGs by another library. */
async function checkPeer(peer: Measured | undefined): Promise<void> {
  const ours = measured[0]!;
  if (!peer || measured.length <= 2) return;
  let same = 0;
  for (const body of bodies) {
    const [a, b] = await Promise.all([ours, peer].map(({ url }) => verdictOf(url, body)));
    if (a!.class === b!.class && Math.abs(a!.suspicion - b!.suspicion) < 0.5) same++;
  }
  console.log(`${peer.name}: the same verdict on ${same} of ${bodies.length}`);
  if (same < 0.95 * bodies.length) throw new Error(`${peer.name} does not answer as GoodNet does`);
}

async function verdictOf(url: string, body: Buffer): Promise<Pick<Verdict, 'class' | 'suspicion'>> {
  const answered = await fetch(url, { method: 'POST', body: new Uint8Array(body) });
  return (await answered.json()) as Verdict;
}

/** All are warm when they are measured. */
async function add(name: string, path: string, starting: Promise<Server>): Promise<void> {
  const server = await starting;
  const url = `${server.url}${path}`;
  measured.push({ name, server, url });
  await load(url, bodies, { connections: 8, seconds: 3 });
}

async function measure(connections: number): Promise<Found[]> {
  const all = measured.map(() => [] as (Found & { p50: number; p99: number })[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { url, server }] of measured.entries()) {
      const before = server.cpuMs();
      const found = await load(url, bodies, { connections, seconds });
      all[i]!.push({ ...found, cpu: (server.cpuMs() - before) / found.answers });
    }
  }
  return all.map((loads, i) => {
    const [perSecond, p50, p99, cpu] = (['perSecond', 'p50', 'p99', 'cpu'] as const).map((of) =>
      median(loads.map((each) => each[of])),
    ) as [number, number, number, number];
    console.log(
      `${measured[i]!.name}, ${connections} at once: ${perSecond.toFixed(0)} a second, p50 ${p50} ms, p99 ${p99} ms, ${cpu.toFixed(2)} ms of a core each`,
    );
    return { perSecond, cpu };
  });
}

function compare(connections: number, found: readonly Found[]): void {
  const [ours, oursAround, theirsAround, ...theirs] = found as [Found, Found, ...Found[]];
  const batching = theirs.pop();
  const share = oursAround.cpu / ours.cpu;
  console.log(`${connections} at once: of goodnet's time ${(100 * share).toFixed(0)} % is around the nets`);
  if (!theirsAround || !batching) return;
  const best = theirs.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const ratio = (a: Found, b: Found) => (a.perSecond / b.perSecond).toFixed(2);
  console.log(
    `${connections} at once: goodnet / plain = ${ratio(ours, best)} (goal ≥ ${GOAL}); goodnet / batching = ${ratio(ours, batching)}; without nets ${ratio(oursAround, theirsAround)}`,
  );
}

function hasPeer(): boolean {
  if (findOnnxRuntime() !== undefined) return true;
  console.log('No comparison: npm run setup:native brings onnxruntime-node');
  return false;
}
