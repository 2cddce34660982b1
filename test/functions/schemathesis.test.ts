import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { startServer } from '../../functions/server';
import { pythonTools } from '../python-tools';
import { colours } from './stand-in';

const TOKEN = 'a-token-of-the-test';
const tools = pythonTools();
/** 413 refuses what is wrong, too: more images than a request may have. */
const CONFIG = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
`;

describe.skipIf(tools === undefined)('schemathesis', () => {
  it.each([
    ['open', []],
    ['with tokens', ['--header', `Authorization: Bearer ${TOKEN}`]],
  ] as const)('finds nothing in the service, %s', async (kind, args) => {
    const tokens = kind === 'open' ? undefined : parseTokens(`test:${TOKEN}`, 'here');
    const classifier = { ...colours, alphas: { least: 0.001, most: 0.5 } };
    const defects: unknown[] = [];
    const app = createApp({ classifier, tokens, onDefect: (error) => defects.push(error) });
    const server = await startServer({ app, host: '127.0.0.1', port: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'goodnet-schemathesis-'));
    writeFileSync(join(folder, 'schemathesis.toml'), CONFIG);
    // A schema can't tell an image from other bytes, nor a model's range of alpha, so what fits it may be refused.
    const options = [
      '--exclude-checks',
      'positive_data_acceptance',
      '--max-examples',
      '15',
      '--seed',
      '1',
      '--request-timeout',
      '60',
    ];
    const command = ['run', `${server.url}/openapi.json`, ...options, ...args];
    const child = spawn(join(tools!, 'bin/schemathesis'), command, { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const status = await new Promise((resolve) => child.on('close', resolve));
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    expect(status, said).toBe(0);
    expect(defects).toEqual([]);
  });
});
