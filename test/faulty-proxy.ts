import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/**
 * What goes wrong with a request: it is answered `500` or `503` and not handed on; the connection is dropped `before`
 * it is handed on, when `half` of it was, or `after` it was done, its answer lost; the answer is `cut` in the middle, or
 * comes slowly.
 */
export type Fault = 'none' | '500' | '503' | 'before' | 'half' | 'after' | 'cut' | 'slow';

export interface FaultyProxy {
  readonly endpoint: string;
  /** Requests that came. */
  readonly seen: number;
  close(): Promise<void>;
}

/**
 * A proxy in front of a server, on which things go wrong.
 * @param target the server, `http://127.0.0.1:PORT`
 * @param fault decides for each request that came whole, the first being 0; it may take its time
 */
export async function faultyProxy(
  target: string,
  fault: (count: number) => Fault | Promise<Fault>,
): Promise<FaultyProxy> {
  let seen = 0;
  const server = createServer(async (asked, answer) => {
    answer.on('error', () => {});
    const body = await buffer(asked).catch(() => undefined);
    if (!body) return;
    const chosen = await fault(seen++);
    if (chosen === 'before') asked.socket.destroy();
    else if (chosen === '500' || chosen === '503') refuse(answer, Number(chosen));
    else {
      if (chosen === 'slow') await setTimeout(150);
      handOn(target, asked, body, answer, chosen);
    }
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

function handOn(target: string, asked: IncomingMessage, body: Buffer, answer: ServerResponse, fault: Fault) {
  const { hostname, port } = new URL(target);
  const drop = () => void asked.socket.destroy();
  // The host stays as it came: it is signed.
  const { expect: _, ...headers } = asked.headers;
  const handed = forward({ hostname, port, method: asked.method, path: asked.url, headers, agent: false });
  handed.on('error', drop);
  handed.on('response', (from) => {
    if (fault === 'after') {
      from.resume().on('end', drop);
      return;
    }
    answer.writeHead(from.statusCode!, from.headers);
    if (fault !== 'cut') return void from.pipe(answer);
    from.once('data', (some: Buffer) => answer.write(some.subarray(0, some.length / 2), drop));
    from.on('end', drop);
  });
  if (fault !== 'half') return void handed.end(body);
  handed.write(body.subarray(0, body.length / 2), () => {
    handed.destroy();
    drop();
  });
}

function refuse(answer: ServerResponse, status: number): void {
  const code = status === 503 ? 'SlowDown' : 'InternalError';
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>made up</Message></Error>`);
}
