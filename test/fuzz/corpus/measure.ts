import { request } from 'node:http';
import sharp from 'sharp';
import { Child } from './child';
import type { HostileFile, HostileRequest, Sent } from './input';
import type { Cost } from './meter';

/** After so long it is given up, in seconds. */
const GIVE_UP = 300;
/** Of so many runs the best counts for time: others work on the same cores. */
const RUNS = 3;
/** What takes so many seconds is not run again. */
const LONG = 8;
/** As many requests at once as one must cost no more than. */
const AT_ONCE = 4;

/** What an input cost, and what was answered. */
export interface Measured {
  readonly answer: string;
  readonly cost: Cost;
  /** The most memory where several such requests are sent at once. */
  readonly atOnceMb?: number;
  /** Megabytes of the bodies of the others then, which wait as they came. */
  readonly othersMb?: number;
}

/** Sends a request to a service of its own process: alone, a few times, and several at once. @throws Error where it has no answer, or that of a defect */
export async function measureRequest({ make }: Pick<HostileRequest, 'make'>): Promise<Measured> {
  const sent = await make();
  const child = new Child('service.ts');
  try {
    const { url } = await child.told<{ url: string }>(GIVE_UP);
    const during = async (count: number) => {
      await child.ask('begin', GIVE_UP);
      const answers = await Promise.all(Array.from({ length: count }, () => send(url, sent)));
      const { cost, defect } = await child.ask<{ cost: Cost; defect?: string }>('end', GIVE_UP);
      if (defect !== undefined) throw new Error(`a defect: ${defect}`);
      return { answers, cost };
    };
    for (const each of await ordinary()) for (let round = 0; round < 3; round++) await send(url, each);
    const runs = [];
    let longest = 0;
    while (runs.length < RUNS && longest < LONG) {
      const from = performance.now();
      runs.push(await during(1));
      longest = (performance.now() - from) / 1000;
    }
    const costs = runs.map(({ cost }) => cost);
    const atOnce = longest < LONG ? (await during(AT_ONCE)).cost.peakMb : undefined;
    return {
      answer: runs[0]!.answers[0]!,
      cost: {
        cpu: Math.min(...costs.map(({ cpu }) => cpu)),
        peakMb: costs[0]!.peakMb && Math.max(...costs.map(({ peakMb }) => peakMb!)),
        loopMs: Math.min(...costs.map(({ loopMs }) => loopMs)),
      },
      atOnceMb: atOnce,
      othersMb: ((AT_ONCE - 1) * sent.body.length) / 1e6,
    };
  } finally {
    child.end();
  }
}

/** Has a file read by a process of its own. */
export async function measureFile({ as, make }: HostileFile, folder: string): Promise<Measured> {
  const child = new Child('file.ts', [as, await make(folder)]);
  try {
    const { cost, told } = await child.told<{ cost: Cost; told: string }>(60);
    return { answer: told, cost };
  } finally {
    child.end();
  }
}

/** A request of each kind that everybody asks with: what a service has loaded by then is idle. */
async function ordinary(): Promise<Sent[]> {
  const of = (width: number, height: number, alpha = 1) =>
    sharp({ create: { width, height, channels: 4, background: { r: 9, g: 99, b: 200, alpha } } });
  const tensor = { name: 'images', shape: [1, 40, 32, 3], datatype: 'UINT8', data: Array(3840).fill(7) };
  const small = await of(32, 40).removeAlpha().png().toBuffer();
  return [
    { body: small },
    { body: await of(32, 40).jpeg().toBuffer() },
    { body: await of(640, 480).jpeg().toBuffer() },
    { body: await of(640, 480, 0.5).png().toBuffer() },
    { body: await of(640, 480, 0.5).webp().toBuffer() },
    {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ images: [{ base64: small.toString('base64') }] })),
    },
    { path: '/v2/models/faces/infer', body: Buffer.from(JSON.stringify({ inputs: [tensor] })) },
  ];
}

/** A refusal that came before all was sent may be lost with its connection. */
const HUNG_UP = /^(EPIPE|ECONNRESET)$/;

/** @returns the answer's status; it may come before all is sent, which is then broken off */
function send(
  url: string,
  { path = '/v1/models/faces/classify', headers = {}, body }: Sent,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': body.length };
    const sending = request(`${url}${path}`, {
      method: 'POST',
      agent: false,
      headers: { ...headers, ...length },
    });
    sending.setTimeout(GIVE_UP * 1000, () => sending.destroy(new Error(`no answer in ${GIVE_UP} s`)));
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (HUNG_UP.test(error.code ?? '')) resolve('hung up');
      else reject(error);
    });
    sending.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        resolve(String(response.statusCode));
        sending.destroy();
      });
    });
    sending.end(body);
  });
}
