import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { GoodNetError, messageOf } from '../models/errors';

const SECOND = 1000;
/**
 * How soon a request must have arrived, and how long an answer may wait to be read: who is slow doesn't hold connections
 * for ever.
 */
const TIMEOUTS = {
  headersTimeout: 10 * SECOND,
  requestTimeout: 60 * SECOND,
  keepAliveTimeout: 5 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  timeout: 20 * SECOND,
};

export interface ServerOptions {
  readonly app: Hono;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long requests that run may take to finish on close, in milliseconds. By default 10 s. */
  readonly graceMs?: number;
  /** Other timeouts than the usual, in milliseconds, as node:http has them. */
  readonly timeouts?: Partial<typeof TIMEOUTS>;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more connections, finishes the requests that run (within the grace), and resolves. */
  close(): Promise<void>;
}

/**
 * Serves the app over HTTP.
 * @throws GoodNetError `environment` where the address can't be listened on
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, host, port, graceMs = 10 * SECOND, timeouts } = options;
  const { timeout, ...serverOptions } = { ...TIMEOUTS, ...timeouts };
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host, serverOptions }) as Server;
  server.setTimeout(timeout);
  server.on('request', letGoUnread);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${address.port}`,
    close() {
      closing ??= closeServer(server, graceMs);
      return closing;
    },
  };
}

/**
 * Lets a client go that reads nothing of its answer. A connection also falls silent while an answer is worked out: that
 * goes on, however long it takes.
 */
function letGoUnread(_: IncomingMessage, response: ServerResponse): void {
  response.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept alive falls idle when its answer is out.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const limit = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): GoodNetError {
  const causes: Record<string, [why: string, hint: string]> = {
    EADDRINUSE: ['the port is in use', 'Choose another with --port, or 0 for a free one.'],
    EACCES: ['it is not allowed', 'Ports below 1024 need rights; choose another with --port.'],
    EADDRNOTAVAIL: [
      "the address is not this machine's",
      'Choose another with --host: 127.0.0.1, or 0.0.0.0 for all.',
    ],
    ENOTFOUND: ['there is no such host', 'Choose another with --host: 127.0.0.1, or 0.0.0.0 for all.'],
  };
  const [why, hint] = causes[cause.code ?? ''] ?? [messageOf(cause), undefined];
  return new GoodNetError(`Can't listen on ${host}, port ${port}: ${why}`, {
    code: 'PORT_UNAVAILABLE',
    kind: 'environment',
    hint,
    cause,
  });
}
