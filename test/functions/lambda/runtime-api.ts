import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer of a function, or what it failed with. */
export type Answered =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

interface Waiting {
  readonly id: string;
  readonly event: unknown;
  readonly done: (answered: Answered) => void;
}

const INVOCATION = '/2018-06-01/runtime/invocation/';
const DEADLINE_MS = 30_000;

/**
 * A Lambda runtime API (version 2018-06-01) on this machine, as a runtime client asks it: `next`, `response`, `error` and
 * `init/error`. One invocation at a time, as one instance of a function has it.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  /** Where a runtime client asks: AWS_LAMBDA_RUNTIME_API. */
  readonly address: Promise<string>;
  /** When the client first asked for an event: its handler is loaded then. */
  readonly ready: Promise<void>;
  private readonly server: Server;
  private readonly waiting: Waiting[] = [];
  private readonly running = new Map<string, Waiting>();
  private asking: ServerResponse | undefined;
  private becomeReady!: () => void;
  private failToStart!: (error: Error) => void;

  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = resolve;
      this.failToStart = reject;
    });
    this.ready.catch(() => {});
    this.server = createServer((request, response) => void this.answer(request, response));
    this.address = new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () =>
        resolve(`127.0.0.1:${(this.server.address() as AddressInfo).port}`),
      );
    });
  }

  /** Has the function answer an event. */
  invoke(event: unknown): Promise<Answered> {
    return new Promise((done) => {
      this.waiting.push({ id: randomUUID(), event, done });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method } = request;
    if (method === 'GET' && url === `${INVOCATION}next`) {
      this.becomeReady();
      this.asking = response;
      this.next();
      return;
    }
    const body = await text(request);
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
    if (url.endsWith('/init/error')) {
      const { errorType, errorMessage } = JSON.parse(body);
      this.failToStart(new Error(`${errorType}: ${errorMessage}`));
      return;
    }
    const [id, what] = url.slice(INVOCATION.length).split('/');
    const invocation = this.running.get(id!);
    this.running.delete(id!);
    if (what === 'response') invocation?.done({ ok: true, payload: JSON.parse(body) });
    else invocation?.done({ ok: false, ...JSON.parse(body) });
  }

  private next(): void {
    if (!this.asking || this.waiting.length === 0) return;
    const invocation = this.waiting.shift()!;
    this.running.set(invocation.id, invocation);
    this.asking
      .writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': invocation.id,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + DEADLINE_MS),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:goodnet:live',
        'Lambda-Runtime-Trace-Id': 'Root=1-68a1b2c3-0123456789abcdef01234567;Sampled=0',
      })
      .end(JSON.stringify(invocation.event));
    this.asking = undefined;
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
