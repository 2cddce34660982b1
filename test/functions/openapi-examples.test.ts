import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { fixedCatalogue } from '../../functions/catalogue/fixed';
import { storedCatalogue } from '../../functions/catalogue/stored';
import { LIMITS } from '../../functions/limits';
import { BLUE, colours, plain } from './stand-in';

type Examples = Record<string, { value: unknown } | { $ref: string }>;
type Content = Record<string, { schema: object; examples?: Examples }>;
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: { content: Content };
  readonly responses: Record<string, { content: Content }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: object; examples: Record<string, { value: unknown }> };
  readonly tags: readonly { name: string }[];
}

const TOKEN = 'a-token-of-the-test';
/** As that of the examples, which takes images of 2 × 2 pixels. */
const badnet = {
  ...colours,
  model: 'badnet',
  input: { height: 2, width: 2, channels: 3 },
  alphas: { least: 0.0017331022530329288, most: 0.5 },
};
const appOf = (options: Partial<AppOptions> = {}) =>
  createApp({ classifier: badnet, engine: 'test', onDefect: () => {}, ...options });
const app = appOf();
const documentOf = async (of: typeof app) => (await (await of.request('/openapi.json')).json()) as Document;
const guarded = appOf({ tokens: parseTokens(`test:${TOKEN}`, 'here') });
const local = appOf({ isForThisMachine: true });
const documents = [await documentOf(guarded), await documentOf(local)] as const;
/** With all that there is to tell, 401 among it, but what is told where there are no tokens. */
const [document, localDocument] = documents;

const ajv = new Ajv2020({ strict: false, formats: { binary: true } });
ajv.addSchema({ $id: 'api', components: document.components });
/** What does not fit, in words; null where all fits. */
function misfit(schema: object, value: unknown): string | null {
  const told = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
  return ajv.validate(told, value) ? null : ajv.errorsText();
}
const exampleOf = (each: Examples[string]) =>
  'value' in each ? each.value : document.components.examples[each.$ref.split('/').at(-1)!]!.value;

const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, operation]) => ({ path, verb, operation })),
);
const contents = operations.flatMap(({ operation }) => [
  ...Object.entries(operation.requestBody?.content ?? {}).map(([type, it]) => ({
    at: 'request',
    type,
    it,
    operation,
  })),
  ...Object.entries(operation.responses).flatMap(([at, { content }]) =>
    Object.entries(content).map(([type, it]) => ({ at, type, it, operation })),
  ),
]);

describe('the examples of /openapi.json', () => {
  it('are there for every request and answer that is JSON, and fit their schemas', () => {
    let count = 0;
    for (const { at, type, it, operation } of contents.filter((each) => each.type.endsWith('json'))) {
      const where = `${operation.operationId} ${at} ${type}`;
      expect([where, Object.keys(it.examples ?? {}).length]).not.toEqual([where, 0]);
      for (const [name, each] of Object.entries(it.examples!)) {
        expect([where, name, misfit(it.schema, exampleOf(each))]).toEqual([where, name, null]);
        if (type === 'application/problem+json')
          expect(exampleOf(each)).toMatchObject({ status: Number(at) });
        count++;
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  it('are requests that are answered as is told', async () => {
    const sent: string[] = [];
    for (const { path, verb, operation } of operations) {
      const bodies = Object.values(
        operation.requestBody?.content['application/json']?.examples ?? { none: undefined },
      );
      for (const each of bodies) {
        const asked = path.replace('{model}', 'badnet').replace('{version}', badnet.id);
        const headers = { 'content-type': 'application/json' };
        const body = each && JSON.stringify(exampleOf(each));
        const response = await app.request(asked, {
          method: verb.toUpperCase(),
          ...(body ? { body, headers } : {}),
        });
        const type = response.headers.get('content-type')!;
        expect([asked, response.status, type]).toEqual([asked, 200, 'application/json']);
        const { schema } = operation.responses[200]!.content[type]!;
        expect([asked, misfit(schema, await response.json())]).toEqual([asked, null]);
        sent.push(operation.operationId);
      }
    }
    expect(new Set(sent).size).toBe(operations.length);
  });
});

const work = mkdtempSync(join(tmpdir(), 'goodnet-examples-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** How each problem of the examples is met: by /v1/classify, and by a tensor where that differs. */
async function provoked(name: string, isOip: boolean): Promise<Response> {
  const png = await plain(BLUE).png().toBuffer();
  const tensor = (shape: number[]) =>
    JSON.stringify({
      inputs: [
        { name: 'images', datatype: 'UINT8', shape, data: Array(shape.reduce((a, b) => a * b)).fill(9) },
      ],
    });
  const path = isOip ? '/v2/models/badnet/infer' : '/v1/classify';
  const right = isOip ? tensor([1, 2, 2, 3]) : png;
  const post = (
    body: RequestInit['body'] = right,
    {
      of = app,
      headers = {},
      to = path,
    }: { of?: typeof app; headers?: Record<string, string>; to?: string } = {},
  ) => of.request(to, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  const json = { 'content-type': 'application/json' };
  const broken = { ...badnet, classify: () => Promise.reject(new Error('broken')) };
  const most = isOip ? LIMITS.maxRequestBytes : LIMITS.maxBytes;
  const large = { ...badnet, input: { height: 40, width: 32, channels: 3 } };
  switch (name) {
    case 'empty':
      return await post(new Uint8Array());
    case 'incomplete-body':
      return await post(new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) }));
    case 'malformed':
      return isOip
        ? await post(right, { of: appOf({ classifier: large }) })
        : await post(png, { to: `${path}?detail=many` });
    case 'name-a-model':
      return await post(png, { of: appOf({ catalogue: fixedCatalogue([badnet, colours]) }) });
    case 'no-uploads':
      return await post('{"images": [{"s3": {"bucket": "uploads", "key": "a.png"}}]}', { headers: json });
    case 'unusable-alpha':
      return await post(png, { to: `${path}?alpha=0.9` });
    case 'unauthorised':
      return await post(right, { of: guarded });
    case 'unknown-token':
      return await post(right, { of: guarded, headers: { authorization: 'Bearer of-nobody' } });
    case 'misdirected':
      return await post(right, { of: local, headers: { host: 'rebound.example' } });
    case 'no-such-model':
      return await app.request(isOip ? '/v2/models/faces' : '/v1/models/faces');
    case 'too-slow': {
      const slowest = { ...LIMITS.slowest, overSeconds: 0.01 };
      return await post(new ReadableStream(), { of: appOf({ limits: { slowest } }) });
    }
    case 'too-large':
      return await post('x', { headers: { 'content-length': `${most + 1}` } });
    case 'too-many-images':
      return isOip
        ? await post(tensor([65, 2, 2, 3]))
        : await post(JSON.stringify({ images: Array(65).fill({ base64: '' }) }), { headers: json });
    case 'unsupported-type':
      return await post('hello');
    case 'unsupported-encoding':
      return await post(right, { headers: { 'content-encoding': 'gzip' } });
    case 'too-many-pixels':
      return await post(await plain(BLUE, 10_000, 10_000).png().toBuffer());
    case 'truncated':
      return await post(png.subarray(0, -30));
    case 'animated': {
      const two = Buffer.concat([await plain(BLUE, 4, 4).raw().toBuffer(), Buffer.alloc(48, 255)]);
      const raw = { width: 4, height: 8, channels: 3, pageHeight: 4 } as const;
      const { default: sharp } = await import('sharp');
      return await post(await sharp(two, { raw }).webp({ lossless: true }).toBuffer());
    }
    case 'undecodable': {
      const damaged = Buffer.from(await plain(BLUE, 64, 48).png().toBuffer());
      damaged.fill(1, damaged.length - 24, damaged.length - 20);
      return await post(damaged);
    }
    case 'internal':
      return await post(right, { of: appOf({ classifier: broken }) });
    case 'audit-unavailable': {
      const audit = () => {
        throw new Error('no room');
      };
      return await post(right, { of: appOf({ audit }) });
    }
    case 'model-unusable': {
      mkdirSync(join(work, 'badnet'), { recursive: true });
      writeFileSync(join(work, 'badnet/current.json'), '{}');
      return await post(right, {
        of: appOf({ catalogue: storedCatalogue(work, { maxBytes: 1e6, say: () => {} }) }),
      });
    }
    case 'not-ready':
      return await appOf({ catalogue: fixedCatalogue([]) }).request('/health/ready');
    case 'overloaded':
      return await post(right, { of: appOf({ limits: { maxHeld: 0 } }) });
    default:
      throw new Error(`Nothing provokes ${name} yet.`);
  }
}

describe('the problems of /openapi.json', () => {
  const examples = { ...document.components.examples, ...localDocument.components.examples };

  it.each(Object.keys(examples))('%s is what is answered', async (example) => {
    const [kind, name] = example.split('.');
    const response = await provoked(name!, kind === 'OipProblem');
    const { value } = examples[example]!;
    expect(await response.json()).toEqual(value);
    expect(response.status).toBe((value as { status: number }).status);
    expect(response.headers.has('retry-after')).toBe(response.status === 503);
  });
});

describe('/openapi.json', () => {
  it('tells who needs a token', async () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (!get) continue;
      const asked = path.replace('{model}', 'badnet').replace('{version}', badnet.id);
      const isOpen = (await guarded.request(asked)).status !== 401;
      expect([path, get.security?.length === 0, '401' in get.responses]).toEqual([path, isOpen, !isOpen]);
    }
    expect(document).toMatchObject({ security: [{ bearer: [] }], servers: [{ url: '/' }] });
    const open = await documentOf(app);
    expect(open).toMatchObject({ security: [] });
    expect(open.components).not.toHaveProperty('securitySchemes');
    expect(JSON.stringify(open)).not.toContain('"401"');
  });

  it('tells that a service without tokens is for its own machine', () => {
    const statuses = (of: Document) =>
      Object.values(of.paths).flatMap((verbs) =>
        Object.values(verbs).map(({ responses }) => '421' in responses),
      );
    expect([new Set(statuses(localDocument)), new Set(statuses(document))]).toEqual([
      new Set([true]),
      new Set([false]),
    ]);
  });

  it('tells the limits that this service has', async () => {
    const small = await (await appOf({ limits: { maxBytes: 2 ** 20 } }).request('/openapi.json')).text();
    expect(small).toContain('up to 1 MiB and 25 megapixels each');
    expect(small).toContain('1048576 bytes (1 MiB)');
  });
});
