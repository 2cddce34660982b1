import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it } from 'vitest';
import { synthesize } from './synth';

/** SHA-256 as AWS's signer wants it. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

/** What a browser asks for before it sends a request that AWS's own signer has signed (Fetch: CORS-unsafe request-header names). */
async function preflightHeaders(service: string): Promise<string[]> {
  const signer = new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' },
    sha256: Sha256 as never,
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname: 'api.example.com',
    path: '/v1/classify',
    headers: { host: 'api.example.com', 'content-type': 'image/png' },
    body: 'a picture',
  });
  // The browser sets the host itself. image/png is no type that needs no asking.
  return Object.keys(headers).filter((name) => name !== 'host');
}

it.each([
  ['http-api', 'execute-api'],
  ['function-url', 'lambda'],
])('a page may send what AWS’s own signer adds: %s', async (front, service) => {
  const made = synthesize({ front, origins: 'https://app.example.com' }).template('Endpoint');
  const [api] = Object.values(made.findResources('AWS::ApiGatewayV2::Api'));
  const [url] = Object.values(made.findResources('AWS::Lambda::Url'));
  const allowed: string[] =
    api?.Properties.CorsConfiguration.AllowHeaders ?? url?.Properties.Cors.AllowHeaders;
  const asked = await preflightHeaders(service);
  expect(asked).toContain('x-amz-content-sha256');
  expect(asked.filter((name) => !allowed.includes(name))).toEqual([]);
});
