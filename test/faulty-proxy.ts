import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/**
 * What goes wrong with a request: it is answered `500` or `503` and not handed on; the connection is dropped `before`
 * it is handed on, or `after` it was done, its answer lost; the answer is `cut` in the middle, or comes slowly.
 */
export type Fault = 'none' | '500' | '503' | 'before' | 'after' | 'cut' | 'slow';

export interface FaultyProxy {
  readonly endpoint: string;
  /** Requests that came. */
  readonly seen: number;
  close(): Promise<void>;
}

/**
 * A proxy in front of a server, on which things go wrong.
 * @param target the server, `http://127.0.0.1:PORT`
 * @param fault decides for each request, the first being 0; it may take its time
 */
export async function faultyProxy(
  target: string,
  fault: (count: number, request: IncomingMessage) => Fault | Promise<Fault>,
): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  let seen = 0;
  const server = createServer(async (asked, answer) => {
    answer.on('error', () => {});
    asked.on('error', () => {});
    const chosen = await fault(seen++, asked);
    if (chosen === '500' || chosen === '503') return refuse(asked, answer, Number(chosen));
    if (chosen === 'before') return void asked.socket.destroy();
    if (chosen === 'slow') await setTimeout(150);
    const { method, url: path, headers } = asked;
    // The host stays as it came: it is signed.
    const handed = forward({ hostname, port, method, path, headers, agent: false });
    handed.on('error', () => asked.socket.destroy());
    handed.on('continue', () => answer.writeContinue());
    handed.on('response', (from) => {
      if (chosen === 'after') {
        from.resume();
        from.on('end', () => asked.socket.destroy());
        return;
      }
      answer.writeHead(from.statusCode!, from.headers);
      if (chosen === 'cut') from.once('data', (some: Buffer) => cutOff(answer, some));
      else from.pipe(answer);
      if (chosen === 'cut') from.on('end', () => asked.socket.destroy());
    });
    asked.on('close', () => {
      if (!asked.complete) handed.destroy();
    });
    asked.pipe(handed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get seen() {
      return seen;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(asked: IncomingMessage, answer: ServerResponse, status: number): void {
  const code = status === 503 ? 'SlowDown' : 'InternalError';
  asked.resume();
  asked.on('end', () => {
    answer.writeHead(status, { 'content-type': 'application/xml' });
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>made up</Message></Error>`);
  });
}

function cutOff(answer: ServerResponse, some: Buffer): void {
  answer.write(some.subarray(0, Math.floor(some.length / 2)), () => answer.socket?.destroy());
}
