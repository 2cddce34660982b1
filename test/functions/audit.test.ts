import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import type { Classifier } from '../../functions/classifier';
import type { AuditLine } from '../../functions/observe/audit';
import { Problem } from '../../functions/problem';
import { BLUE, colours, plain, WHITE } from './stand-in';
import { tracesIn } from './traces';

const TOKEN = 'a-token-of-the-audited-app';
const NAME = 'what-the-sender-calls-it-31';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const blue = await plain(BLUE).png().toBuffer();
const white = await plain(WHITE).png().toBuffer();
const damaged = blue.subarray(0, -20);
const clear = await plain().ensureAlpha(0.5).png().toBuffer();

const lines: AuditLine[] = [];
const audit = (more: readonly AuditLine[]) => {
  lines.push(...more);
};
const model: Classifier = { ...colours, alphas: { least: 0.0005, most: 0.6 } };
const appOf = (options: Parameters<typeof createApp>[0] = {}) =>
  createApp({
    classifier: model,
    audit,
    fetchObject: async ({ key }) => {
      if (key !== NAME) throw new Problem('no-such-object', `There is no ${key}.`);
      return white;
    },
    onDefect: () => {},
    ...options,
  });
const app = appOf();
const post = (
  body: RequestInit['body'] | Buffer,
  headers: Record<string, string> = {},
  to = '/v1/classify',
) => app.request(to, { method: 'POST', body: body as RequestInit['body'], headers });
const JSON_TYPE = { 'content-type': 'application/json' };
const by = { model: 'colours', bundle: colours.id };
const isClean = { alpha: 0.01, class: 2, pValue: 0.5, backdoored: false };
const isFlagged = { alpha: 0.01, class: 3, pValue: 0.001, backdoored: true };
const problem = (name: string) => ({ problem: `urn:goodnet:problem:${name}` });
const ofFile = (bytes: Uint8Array) => ({ sha256: sha256(bytes), digestOf: 'file' });

/** The lines as they are written, without their time and their request's id, which are those of the answer. */
function told(response: Response): object[] {
  const id = response.headers.get('x-request-id');
  return lines.map((line) => {
    const { time, requestId, ...rest } = JSON.parse(JSON.stringify(line));
    expect([requestId, new Date(time).toISOString()]).toEqual([id, time]);
    return rest;
  });
}

beforeEach(() => {
  lines.length = 0;
});

describe('the audit trail', () => {
  it('has a line of an image that is a body, judged as was asked for', async () => {
    const response = await post(blue, {}, '/v1/models/colours/classify?alpha=0.5');
    expect(told(response)).toEqual([
      { ...by, index: 0, ...ofFile(blue), alpha: 0.5, class: 3, pValue: 0.5, backdoored: true },
    ]);
    expect(await response.json()).toMatchObject({ alpha: 0.5, class: 3, pValue: 0.5, backdoored: true });
  });

  it('tells which rendering of a picture that isn’t opaque was judged', async () => {
    const { rendering } = (await (await post(clear)).json()) as { rendering: string };
    expect(rendering).toMatch(/^on-|^alpha-/);
    expect(lines).toMatchObject([{ ...ofFile(clear), rendering }]);
  });

  it('has a line of each file of a form, in their order, without their names', async () => {
    const form = new FormData();
    for (const bytes of [blue, damaged, white]) form.append(NAME, new File([new Uint8Array(bytes)], NAME));
    expect(told(await post(form))).toEqual([
      { ...by, index: 0, ...ofFile(blue), ...isClean },
      { ...by, index: 1, ...ofFile(damaged), ...problem('truncated') },
      { ...by, index: 2, ...ofFile(white), ...isFlagged },
    ]);
  });

  it('has a line of each image of JSON, the objects of S3 among them, and nothing of their content', async () => {
    const s3 = { bucket: 'uploads', key: NAME };
    const images = [
      { base64: blue.toString('base64'), name: NAME },
      { s3 },
      { s3: { ...s3, key: 'none' } },
      { base64: '*' },
    ];
    expect(told(await post(JSON.stringify({ images }), JSON_TYPE))).toEqual([
      { ...by, index: 0, ...ofFile(blue), ...isClean },
      { ...by, index: 1, ...ofFile(white), ...isFlagged },
      { ...by, index: 2, ...problem('no-such-object') },
      { ...by, index: 3, ...problem('malformed') },
    ]);
    const written = JSON.stringify(lines);
    expect(tracesIn(written, [NAME, 'uploads', blue.subarray(0, 12), white.subarray(0, 12)])).toEqual([]);
  });

  it('has a line of each image of a tensor, by its pixels', async () => {
    const pixels = [BLUE, WHITE].map(({ r, g, b }) => Array.from({ length: 20 }, () => [r, g, b]).flat());
    const asked = (datatype: string) =>
      post(
        JSON.stringify({ inputs: [{ name: 'images', shape: [2, 4, 5, 3], datatype, data: pixels }] }),
        {},
        '/v2/models/colours/infer',
      );
    const expected = (digestOf: string, bytes: (values: number[]) => Uint8Array) => [
      { ...by, index: 0, sha256: sha256(bytes(pixels[0]!)), digestOf, ...isClean },
      { ...by, index: 1, sha256: sha256(bytes(pixels[1]!)), digestOf, ...isFlagged },
    ];
    expect(told(await asked('UINT8'))).toEqual(expected('UINT8', (values) => Uint8Array.from(values)));
    lines.length = 0;
    const littleEndian = (values: number[]) => {
      const bytes = Buffer.alloc(4 * values.length);
      values.forEach((value, i) => {
        bytes.writeFloatLE(value, 4 * i);
      });
      return bytes;
    };
    expect(told(await asked('FP32'))).toEqual(expected('FP32', littleEndian));
    lines.length = 0;
    expect(told(await post('{}', {}, '/v2/models/colours/infer'))).toEqual([
      { ...by, ...problem('malformed') },
    ]);
  });

  it('tells what was refused: an image by its digest where its bytes were whole, else the request', async () => {
    expect(told(await post(damaged))).toEqual([
      { ...by, index: 0, ...ofFile(damaged), ...problem('truncated') },
    ]);
    for (const [response, name] of [
      [() => post('{"images": [', JSON_TYPE), 'malformed'],
      [() => post(blue, { 'content-encoding': 'gzip' }), 'unsupported-encoding'],
      [() => post(blue, { 'content-length': '99999999' }), 'too-large'],
      [() => post(blue, {}, '/v1/classify?alpha=2'), 'unusable-alpha'],
    ] as const) {
      lines.length = 0;
      expect(told(await response())).toEqual([{ ...by, ...problem(name) }]);
    }
    for (const [error, name] of [
      [new Problem('overloaded'), 'overloaded'],
      [new Error('broken'), 'internal'],
    ] as const) {
      lines.length = 0;
      const failing = appOf({ classifier: { ...colours, classify: () => Promise.reject(error) } });
      const body = new Uint8Array(blue);
      expect(told(await failing.request('/v1/classify', { method: 'POST', body }))).toEqual([
        { ...by, index: 0, ...ofFile(blue), ...problem(name) },
      ]);
    }
  });

  it('tells whose token it was, by its name alone', async () => {
    const guarded = appOf({ tokens: parseTokens(`camera:${TOKEN}`, 'here') });
    const ask = (token: string) =>
      guarded.request('/v1/classify', {
        method: 'POST',
        body: new Uint8Array(blue),
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await ask('a-token-of-nobody-here')).status).toBe(401);
    expect(lines).toEqual([]);
    const response = await ask(TOKEN);
    expect(told(response)).toEqual([{ caller: 'camera', ...by, index: 0, ...ofFile(blue), ...isClean }]);
    expect(tracesIn(JSON.stringify(lines), [TOKEN])).toEqual([]);
  });

  it('is kept, or nothing is answered', async () => {
    const full = appOf({
      audit: () => {
        throw new Error('no space left on device');
      },
    });
    const form = new FormData();
    form.append('images', new File([new Uint8Array(blue)], NAME));
    const tensor = { name: 'images', shape: [1, 4, 5, 3], datatype: 'UINT8', data: Array(60).fill(9) };
    for (const [path, body] of [
      ['/v1/classify', new Uint8Array(blue)],
      ['/v1/classify', new Uint8Array(damaged)],
      ['/v1/classify', form],
      ['/v2/models/colours/infer', JSON.stringify({ inputs: [tensor] })],
    ] as const) {
      const response = await full.request(path, { method: 'POST', body });
      const answer = await response.text();
      expect([response.status, response.headers.has('retry-after')]).toEqual([503, true]);
      expect(JSON.parse(answer).type).toBe('urn:goodnet:problem:audit-unavailable');
      expect(answer).not.toMatch(/pValue|no space/);
    }
  });
});
