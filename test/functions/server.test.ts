import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { type RunningServer, type ServerOptions, startServer } from '../../functions/server';
import { GoodNetError } from '../../models/errors';
import { colours, held, plain } from './stand-in';

const running: RunningServer[] = [];

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const app = createApp({ classifier: colours });
  const server = await startServer({ app, host: '127.0.0.1', port: 0, ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('startServer', () => {
  it('serves over HTTP', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const body = await plain().jpeg().toBuffer();
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ class: 2, model: 'colours' });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/v1/classify`)).status).toBe(405);
  });

  it('answers a body that is too large before it has all arrived', async () => {
    const { url } = await start();
    const sending = request(`${url}/v1/classify`, { method: 'POST', headers: { 'content-length': 10 ** 9 } });
    sending.on('error', () => {});
    sending.write(Buffer.alloc(1000));
    const [response] = (await once(sending, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    sending.destroy();

    const chunked = request(`${url}/v1/classify`, { method: 'POST' });
    chunked.on('error', () => {});
    chunked.write(Buffer.alloc(11 * 2 ** 20));
    const [second] = (await once(chunked, 'response')) as [{ statusCode: number }];
    expect(second.statusCode).toBe(413);
    chunked.destroy();
  });

  it('takes a sender that goes away for nothing unforeseen', async () => {
    const onDefect = vi.fn();
    const answered = vi.fn();
    const app = createApp({ classifier: colours, onDefect });
    const { url } = await start({
      app: new Hono().use(async (_, next) => next().then(answered)).route('/', app),
    });
    for (const headers of [{ 'content-length': 1000 }, {}]) {
      const sending = request(`${url}/v1/classify`, { method: 'POST', headers });
      sending.on('error', () => {});
      sending.write(Buffer.alloc(100));
      await once(sending, 'socket');
      await setTimeout(50);
      sending.destroy();
    }
    await vi.waitFor(() => expect(answered).toHaveBeenCalledTimes(2), 60_000);
    expect(onDefect).not.toHaveBeenCalled();
  });

  it('finishes what runs on close, and takes nothing new', async () => {
    const { app, begins, letGo } = held();
    const server = await start({ app });
    const agent = new Agent({ keepAlive: true });
    const body = await plain().png().toBuffer();
    const answered = new Promise<[number, string]>((resolve, reject) => {
      const sending = request(`${server.url}/v1/classify`, { method: 'POST', agent }, async (response) => {
        let text = '';
        for await (const part of response) text += part;
        resolve([response.statusCode!, text]);
      });
      sending.on('error', reject);
      sending.end(body);
    });
    // Idle, and kept alive.
    await fetch(`${server.url}/health`);
    await begins;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    expect(closed).toBe(false);
    letGo();
    const [status, text] = await answered;
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ class: 2 });
    await closing;
    await server.close();
    agent.destroy();
  });

  it('does not wait for ever', async () => {
    const { app, begins } = held();
    const server = await start({ app, graceMs: 100 });
    const failing = fetch(`${server.url}/v1/classify`, {
      method: 'POST',
      body: await plain().png().toBuffer(),
    });
    const failed = expect(failing).rejects.toThrow();
    await begins;
    await server.close();
    await failed;
  });

  it('hangs up on a sender that dawdles', async () => {
    const timeouts = { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 };
    const { url } = await start({ timeouts });
    for (const beginning of [
      'POST /v1/cl',
      'POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
    ]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.write(beginning);
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
    }
  });

  it.each([
    ['a large answer', 2 ** 26, 1],
    ['many answers', 2 ** 17, 1000],
  ])('lets a client go that does not read: %s', async (_, bytes, requests) => {
    const answer = Buffer.alloc(bytes);
    const app = new Hono<{ Bindings: HttpBindings }>();
    let isFirst = true;
    const closed = new Promise<void>((resolve) => {
      app.get('/', (c) => {
        if (isFirst) c.env.incoming.socket.once('close', () => resolve());
        isFirst = false;
        return c.body(answer);
      });
    });
    const { url } = await start({ app: app as unknown as Hono, timeouts: { timeout: 100 } });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(requests));
    await closed;
    socket.destroy();
  });

  it('waits for an answer that is being worked out, and for one who reads slowly', async () => {
    const { app, begins, letGo } = held();
    const { url } = await start({ app, timeouts: { timeout: 50 } });
    const body = await plain().png().toBuffer();
    const answered = fetch(`${url}/v1/classify`, { method: 'POST', body });
    await begins;
    await setTimeout(300);
    letGo();
    expect((await answered).status).toBe(200);

    const answer = Buffer.alloc(2 ** 25);
    const large = await start({
      app: new Hono().get('/', (c) => c.body(answer)),
      timeouts: { timeout: 2000 },
    });
    let read = 0;
    for await (const part of (await fetch(large.url)).body!) {
      if (read === 0 || Math.floor((read + part.length) / 2 ** 22) > Math.floor(read / 2 ** 22))
        await setTimeout(300);
      read += part.length;
    }
    expect(read).toBe(answer.length);
  });

  it('says why it can not listen', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    const taken = start({ port });
    await expect(taken).rejects.toThrow(GoodNetError);
    await expect(taken).rejects.toThrow(`Can't listen on 127.0.0.1, port ${port}: the port is in use`);
    await expect(taken).rejects.toMatchObject({
      kind: 'environment',
      hint: expect.stringContaining('--port'),
    });
    await expect(start({ host: '192.0.2.1' })).rejects.toThrow(/not this machine's/);
    await expect(start({ host: 'no.such.host.invalid' })).rejects.toThrow(GoodNetError);
  });
});

describe('stopSignal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops a process cleanly on %s, at once on a second',
    async (signal) => {
      const script = fileURLToPath(new URL('./stopping.ts', import.meta.url));
      const start = (mode: string) => {
        const child = spawn(process.execPath, ['--import', 'tsx', script, mode], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (data) => {
          output += data;
        });
        const says = async (text: string) => {
          while (!output.includes(text)) await once(child.stdout, 'data');
        };
        return { child, says };
      };
      const clean = start('clean');
      await clean.says('waiting');
      clean.child.kill(signal);
      expect(await once(clean.child, 'exit')).toEqual([0, null]);
      const stuck = start('stuck');
      await stuck.says('waiting');
      stuck.child.kill(signal);
      await stuck.says('stopping');
      stuck.child.kill(signal);
      expect(await once(stuck.child, 'exit')).toEqual([null, signal]);
    },
  );
});
