import type { ProblemDetails } from './problem';
import type { Answer, Answers, ModelInfo } from './schemas';

export type { Answer, Answers, ModelInfo, ProblemDetails };

/** What can be asked beside the verdict. */
export interface ClassifyOptions {
  /** The model; may be left out where the service has one alone. */
  readonly model?: string;
  /** Another false-positive rate than the model's own, 0–1. */
  readonly alpha?: number;
  /** How many of both nets' most probable classes to tell. */
  readonly detail?: number;
  readonly signal?: AbortSignal;
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
 * const goodnet = new GoodNetClient('http://127.0.0.1:8080', { token: process.env.GOODNET_TOKEN });
 * const { backdoored, class: answer } = await goodnet.classify(await readFile('face.png'));
 */
export class GoodNetClient {
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly send: typeof fetch;

  /** @param options the bearer token, where the service asks for one; another `fetch` */
  constructor(url: string | URL, options: { readonly token?: string; readonly fetch?: typeof fetch } = {}) {
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
  classify(image: Uint8Array<ArrayBuffer> | Blob, options: ClassifyOptions = {}): Promise<Answer> {
    const headers = { 'content-type': 'application/octet-stream' };
    return this.ask(this.address(options), { method: 'POST', body: image, headers, signal: options.signal });
  }

  /**
   * An answer for each of up to 64 images, in order: a verdict or an error.
   * @param images the bytes of files, or objects in the service's store of uploads
   * @throws ServiceProblem where the request is refused as a whole
   */
  classifyMany(
    images: readonly (
      | { readonly name?: string; readonly bytes: Uint8Array }
      | { readonly name?: string; readonly s3: { bucket: string; key: string; versionId?: string } }
    )[],
    options: ClassifyOptions = {},
  ): Promise<Answers> {
    const sent = images.map((image) =>
      'bytes' in image ? { name: image.name, base64: base64(image.bytes) } : image,
    );
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ images: sent });
    return this.ask(this.address(options), { method: 'POST', body, headers, signal: options.signal });
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
