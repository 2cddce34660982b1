import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { lambdaHandler } from '../../functions/lambda/http';
import { colours, plain } from './stand-in';

const ORIGIN = 'https://others.example';
const PATHS = [
  '/',
  '/page/page.css',
  '/page/page.js',
  '/page/samples',
  '/page/samples/face.png',
  '/docs',
  '/openapi.json',
  '/v1/models',
  '/v1/models/colours',
];
/** What a 304 says in a 200's place (RFC 9110, 15.4.5), and who may read it. */
const SAID_AGAIN = [
  'access-control-allow-origin',
  'access-control-expose-headers',
  'cache-control',
  'cross-origin-resource-policy',
  'etag',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-frame-options',
];
const EACH_ITS_OWN = ['x-request-id', 'date'];

const folder = mkdtempSync(join(tmpdir(), 'goodnet-again-'));
const samples = join(folder, 'samples');
mkdirSync(samples);
writeFileSync(join(samples, 'face.png'), await plain().png().toBuffer());
for (const name of ['index.html', 'page.css', 'page.js']) writeFileSync(join(folder, name), `/* ${name} */`);
const app = createApp({ classifier: colours, pageFolder: folder, samples, origins: [ORIGIN] });
const handler = lambdaHandler(app);
afterAll(() => rmSync(folder, { recursive: true }));

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}
type Ask = (method: string, path: string, headers: Record<string, string>) => Promise<Got>;
const overHttp: Ask = async (method, path, headers) => {
  const response = await app.request(path, { method, headers });
  return { status: response.status, headers: Object.fromEntries(response.headers) };
};
const onLambda: Ask = async (method, path, headers) => {
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'a1b2c3.execute-api.eu-central-1.amazonaws.com', ...headers },
    requestContext: { domainName: 'a1b2c3.execute-api.eu-central-1.amazonaws.com', http: { method, path } },
    body: null,
    isBase64Encoded: false,
  };
  const { statusCode, headers: said } = await handler(event as unknown as Parameters<typeof handler>[0]);
  return { status: statusCode, headers: said as Record<string, string> };
};

describe.each([
  ['HTTP', overHttp],
  ['Lambda', onLambda],
])('what is asked for again, over %s', (_, ask) => {
  describe.each(PATHS)('%s', (path) => {
    it.each(['GET', 'HEAD'])('is answered 304 with nothing that a 200 does not say: %s', async (method) => {
      const first = await ask('GET', path, { origin: ORIGIN });
      expect(first.status).toBe(200);
      const again = await ask(method, path, { origin: ORIGIN, 'if-none-match': first.headers.etag! });
      expect(again.status).toBe(304);
      for (const [name, value] of Object.entries(again.headers)) {
        if (!EACH_ITS_OWN.includes(name)) expect({ [name]: value }).toEqual({ [name]: first.headers[name] });
      }
      for (const name of SAID_AGAIN) {
        expect({ [name]: again.headers[name] }).toEqual({ [name]: first.headers[name] });
        expect(first.headers[name], name).toBeDefined();
      }
    });
  });

  it('says every page’s own policy with HEAD, too', async () => {
    for (const path of ['/', '/docs']) {
      const [get, head] = [await ask('GET', path, {}), await ask('HEAD', path, {})];
      expect(head.status).toBe(200);
      expect(head.headers['content-security-policy']).toBe(get.headers['content-security-policy']);
      expect(get.headers['content-security-policy']).toMatch(/style-src/);
    }
  });

  it('has no policy but "nothing" where there is no page', async () => {
    for (const path of ['/health/live', '/nowhere', '/v1/models']) {
      const { headers } = await ask('GET', path, {});
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
    }
  });
});
