import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from './synth';

const hasCurl = spawnSync('curl', ['--help', 'auth'], { encoding: 'utf8' }).stdout?.includes('--aws-sigv4');
if (!hasCurl) console.log('Skipped: there is no curl here that signs for AWS.');

/** The printed line, as CloudFormation shows it. */
function printed(options: Record<string, unknown>): string {
  const outputs = synthesize(options, { region: 'eu-central-1' }).template('Endpoint').findOutputs('*');
  const output = Object.values(outputs).find(({ Description }) => Description === 'Classifies face.png');
  const [, parts] = output!.Value['Fn::Join'] as [string, unknown[]];
  return parts.map((part) => (typeof part === 'string' ? part : 'a1b2c3')).join('');
}

describe.skipIf(!hasCurl)('the line that the endpoint prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-curl-'));
  const seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    seen.push({ url: request.url!, headers: request.headers, body });
    response.end('{}');
  });
  const lines: Record<string, string> = {};
  let address: string;
  beforeAll(async () => {
    for (const front of ['http-api', 'function-url']) lines[front] = printed({ front });
    writeFileSync(join(folder, 'face.png'), 'a face');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [front, service] of [
    ['http-api', 'execute-api'],
    ['function-url', 'lambda'],
  ])
    for (const AWS_SESSION_TOKEN of ['a token', ''])
      it(`signs every header that it sends: ${front}, ${AWS_SESSION_TOKEN || 'no session'}`, async () => {
        seen.length = 0;
        const line = lines[front!]!.replace(/\S+(?=\/v1)/, address);
        const env = {
          ...process.env,
          AWS_ACCESS_KEY_ID: 'AKIA',
          AWS_SECRET_ACCESS_KEY: 's',
          AWS_SESSION_TOKEN,
        };
        await promisify(execFile)('bash', ['-c', line], { cwd: folder, env });
        const { url, headers, body } = seen.pop()!;
        expect([url, body, headers['content-type']]).toEqual(['/v1/classify', 'a face', 'image/png']);
        expect(headers['x-amz-security-token']).toBe(AWS_SESSION_TOKEN || undefined);
        const [, scope, signed] = /Credential=AKIA\/\d+\/(\S+)\/aws4_request, SignedHeaders=(\S+),/.exec(
          headers.authorization!,
        )!;
        expect(scope).toBe(`eu-central-1/${service}`);
        for (const name of signed!.split(';')) expect(headers).toHaveProperty([name]);
      });
});
