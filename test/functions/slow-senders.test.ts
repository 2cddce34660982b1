import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { HeldBytes, LIMITS } from '../../functions/limits';
import { type RunningServer, startServer } from '../../functions/server';
import { colours, held, plain } from './stand-in';

const png = await plain().png().toBuffer();
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const each of cleanUp.splice(0).reverse()) await each();
});

async function serve(app = createApp({ classifier: colours })): Promise<RunningServer> {
  const server = await startServer({ app, host: '127.0.0.1', port: 0, graceMs: 1 });
  cleanUp.push(() => server.close());
  return server;
}

/** Sends the beginning of a body. */
async function begin(
  url: string,
  headers: Record<string, string | number>,
  first: Buffer,
): Promise<ClientRequest> {
  const sending = request(url, { method: 'POST', headers });
  sending.on('error', () => {});
  cleanUp.push(() => sending.destroy());
  await new Promise<void>((resolve) => sending.write(first, () => resolve()));
  return sending;
}

describe('senders that announce much', () => {
  const MANY = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 20 * 2 ** 20 };
  const ONE = { 'content-type': 'image/png', 'content-length': 4 * 2 ** 20 };
  /** Together as much as may be held. */
  const ALL = [MANY, MANY, MANY, ONE];

  it('and send little hold nobody up', async () => {
    const { url } = await serve();
    for (let i = 0; i < 4; i++) {
      for (const headers of ALL) await begin(`${url}/v1/classify`, headers, Buffer.from('x'));
      await begin(`${url}/v2/models/colours/infer`, MANY, Buffer.from('{'));
    }
    const answer = await fetch(`${url}/v1/classify`, { method: 'POST', body: png });
    expect(answer.status).toBe(200);
  });

  it('and have sent much leave room for others, who are told by their tokens', async () => {
    const tokens = parseTokens('one:the-token-of-the-one\nother:the-token-of-the-other', 'here');
    const { url } = await serve(createApp({ classifier: colours, tokens }));
    const of = (name: string) => ({ authorization: `Bearer the-token-of-the-${name}` });
    for (const headers of ALL) {
      const first = Buffer.alloc(headers['content-length'] - 1);
      await begin(`${url}/v1/classify`, { ...of('one'), ...headers }, first);
    }
    const statusOf = async (name: string) =>
      (await fetch(`${url}/v1/classify`, { method: 'POST', body: png, headers: of(name) })).status;
    expect(await statusOf('other')).toBe(200);
  });
});

describe('held bytes', () => {
  const letGoOf = (room: HeldBytes, caller: string, bytes: number) =>
    room
      .during(caller, async ({ take }) => take(bytes))
      .then(
        () => true,
        () => false,
      );

  it('are three quarters of all for one caller at most, and given back', async () => {
    const room = new HeldBytes(100);
    expect(await letGoOf(room, 'a', 76)).toBe(false);
    await room.during('a', async ({ take, expect: fits }) => {
      take(40);
      take(35);
      expect(() => fits(1)).toThrow(/Too many images/);
      expect([
        await letGoOf(room, 'a', 1),
        await letGoOf(room, 'b', 25),
        await letGoOf(room, 'b', 26),
      ]).toEqual([false, true, false]);
    });
    expect(await letGoOf(room, 'a', 75)).toBe(true);
    await expect(room.during('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await letGoOf(room, 'a', 75)).toBe(true);
  });

  it('are read in turns: who sends one part waits for a few of whoever sends hundreds', async () => {
    const room = new HeldBytes(100);
    const order: string[] = [];
    const part = (caller: string) =>
      room.during(caller, async ({ turn }) => {
        await turn();
        order.push(caller);
      });
    await Promise.all([...Array.from({ length: 300 }, () => part('many')), part('one')]);
    expect(order.indexOf('one')).toBeLessThan(20);
  });

  it('are given back where a sender breaks off', async () => {
    const app = createApp({ classifier: colours, limits: { maxHeld: 2 * png.length } });
    const { url } = await serve(app);
    for (let i = 0; i < 5; i++) {
      const sending = await begin(`${url}/v1/classify`, { 'content-length': png.length }, png.subarray(1));
      sending.destroy();
    }
    await expect
      .poll(async () => (await fetch(`${url}/v1/classify`, { method: 'POST', body: png })).status, {
        timeout: 60_000,
      })
      .toBe(200);
  });
});

describe('a body that comes too slowly', () => {
  const post = async (app: ReturnType<typeof createApp>, body: ReadableStream, path: string) =>
    await app.request(path, { method: 'POST', body, duplex: 'half' } as RequestInit);

  it('is refused: less than 8 KB/s over 10 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const app = createApp({ classifier: colours });
    for (const path of ['/v1/classify', '/v2/models/colours/infer']) {
      let send: ReadableStreamDefaultController | undefined;
      const body = new ReadableStream({
        start(controller) {
          send = controller;
        },
      });
      const answer = vi.fn();
      const answered = post(app, body, path).then(async (response) => {
        answer(response.status, response.headers.get('connection'), await response.json());
      });
      const seconds = async (n: number, bytes: number) => {
        for (let i = 0; i < n; i++) {
          if (bytes > 0) send!.enqueue(new Uint8Array(bytes));
          await setTimeout(1);
          vi.advanceTimersByTime(1000);
        }
        await setTimeout(1);
      };
      await setTimeout(1);
      await seconds(20, 8000);
      await seconds(9, 7999);
      expect(answer).not.toHaveBeenCalled();
      await seconds(1, 7999);
      await answered;
      expect(answer).toHaveBeenCalledExactlyOnceWith(
        408,
        'close',
        expect.objectContaining({ type: 'urn:goodnet:problem:too-slow', status: 408 }),
      );
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('lets go of the connection, and of what it held', async () => {
    const slowest = { ...LIMITS.slowest, overSeconds: 0.2 };
    const app = createApp({ classifier: colours, limits: { slowest, maxHeld: 1000 } });
    const { url } = await serve(app);
    // Of the room of one caller, which is 750 bytes, it leaves too little for another image.
    const headers = { 'content-length': 745 };
    const sending = await begin(`${url}/v1/classify`, headers, Buffer.alloc(740));
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(408);
    response.resume();
    await once(sending, 'close');
    expect((await fetch(`${url}/v1/classify`, { method: 'POST', body: png })).status).toBe(200);
  });

  it('is refused where it is short, too', async () => {
    const slowest = { ...LIMITS.slowest, overSeconds: 0.2 };
    const { url } = await serve(createApp({ classifier: colours, limits: { slowest } }));
    for (const path of ['/v1/classify', '/v2/models/colours/infer']) {
      const sending = await begin(`${url}${path}`, { 'content-length': png.length }, png.subarray(1));
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
      response.resume();
      await once(sending, 'close');
    }
  });

  it('is not one that has come, however long the nets take', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { app, begins, letGo } = held();
    const answer = app.request('/v1/classify', { method: 'POST', body: png });
    await begins;
    vi.advanceTimersByTime(60_000);
    letGo();
    expect((await answer).status).toBe(200);
  });
});
