import type { Answer, Answers, ModelInfo, ProblemDetails } from './answers';
import type { AnyAbortSignal, AnyBlob, AnyFetch, AnyUrl } from './platform';

export type {
  Answer,
  Answers,
  ModelInfo,
  NamedProblem,
  NamedVerdict,
  NetAnswer,
  Place,
  ProblemDetails,
  Verdict,
} from './answers';

/** What can be asked beside the verdict. */
export interface ClassifyOptions {
  /** The model; may be left out where the service has one alone. */
  readonly model?: string | undefined;
  /** Another false-positive rate than the model's own, 0–1. */
  readonly alpha?: number | undefined;
  /** How many of both nets' most probable classes to tell; from 1 on, of flagged pictures also where the trigger is. */
  readonly detail?: number | undefined;
  readonly signal?: AnyAbortSignal | undefined;
}

/** One of several images: the bytes of a file, or an object in the service's store of uploads. */
export type NamedImage =
  | { readonly name?: string | undefined; readonly bytes: Uint8Array }
  | {
      readonly name?: string | undefined;
      readonly s3: { readonly bucket: string; readonly key: string; readonly versionId?: string | undefined };
    };

/** How to reach the service. */
export interface ClientOptions {
  /** The bearer token, where the service asks for one. */
  readonly token?: string | undefined;
  /** Another `fetch` than the platform's. */
  readonly fetch?: AnyFetch | undefined;
}

/** The service refused; `details` tells programs why. */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem';
  constructor(readonly details: ProblemDetails) {
    super(details.detail ?? details.title);
  }
}

/**
 * A client of the service, for Node.js 20 and browsers.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { GoodNetClient } from 'goodnet-client';
 *
 * const goodnet = new GoodNetClient('http://127.0.0.1:8080', { token: process.env.GOODNET_TOKEN });
 * const { backdoored, class: answer } = await goodnet.classify(await readFile('picture.png'));
 */
export class GoodNetClient {
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly send: AnyFetch;

  /** @param url where the service is, as `http://127.0.0.1:8080` */
  constructor(url: string | AnyUrl, options: ClientOptions = {}) {
    this.base = String(url).replace(/\/+$/, '');
    this.headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    // A browser's fetch takes nobody but the window for its `this`.
    this.send = options.fetch ?? ((...request) => fetch(...request));
  }

  /**
   * The verdict on one image.
   * @param image the bytes of a JPEG, PNG or WebP file
   * @throws ServiceProblem where it is refused
   */
  classify(image: Uint8Array | AnyBlob, options: ClassifyOptions = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/octet-stream' };
    const body = image instanceof Uint8Array ? sendable(image) : image;
    return this.ask(this.address(options), { method: 'POST', body, headers, signal: options.signal ?? null });
  }

  /**
   * An answer for each of up to 64 images, in order: a verdict or an error.
   * @throws ServiceProblem where the request is refused as a whole
   */
  classifyMany(images: readonly NamedImage[], options: ClassifyOptions = {}): Promise<Answers> {
    const sent = images.map((image) =>
      'bytes' in image ? { name: image.name, base64: base64(image.bytes) } : image,
    );
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ images: sent });
    return this.ask(this.address(options), { method: 'POST', body, headers, signal: options.signal ?? null });
  }

  /** The names of the service's models. */
  async models(): Promise<readonly string[]> {
    return (await this.ask<{ models: string[] }>('/v1/models')).models;
  }

  /** What a model is, and how good. @throws ServiceProblem where there is none of that name */
  model(name: string): Promise<ModelInfo> {
    return this.ask(`/v1/models/${encodeURIComponent(name)}`);
  }

  private address({ model, alpha, detail }: ClassifyOptions): string {
    const query = new URLSearchParams();
    if (alpha !== undefined) query.set('alpha', String(alpha));
    if (detail !== undefined) query.set('detail', String(detail));
    const path = model === undefined ? '/v1/classify' : `/v1/models/${encodeURIComponent(model)}/classify`;
    return query.size > 0 ? `${path}?${query}` : path;
  }

  private async ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = { ...this.headers, ...(init.headers as Record<string, string>) };
    const response = await this.send(`${this.base}${path}`, { ...init, headers });
    if (response.ok) return (await response.json()) as T;
    const isProblem = response.headers.get('content-type')?.includes('problem+json');
    throw new ServiceProblem(
      isProblem
        ? ((await response.json()) as ProblemDetails)
        : {
            code: 'UNEXPECTED',
            type: 'about:blank',
            title: response.statusText || 'The service failed',
            status: response.status,
          },
    );
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 32_768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32_768));
  }
  return btoa(text);
}

/** Memory that threads share can't be sent: a copy of it. */
function sendable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}
