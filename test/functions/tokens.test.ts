import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { LINES_OR_COMMAS, parseTokens, tokenFile } from '../../functions/auth/tokens';
import { prometheus } from '../../functions/observe/prometheus';
import { colours, plain } from './stand-in';

const FIRST = 'first-token-of-the-app';
const SECOND = 'second-token-of-the-app';
const folder = mkdtempSync(join(tmpdir(), 'goodnet-tokens-'));
const file = join(folder, 'tokens');

afterEach(() => {
  vi.useRealTimers();
  rmSync(file, { force: true });
});

describe('tokens', () => {
  it('are told by name', () => {
    const check = parseTokens(`# apps\n\napp:${FIRST}\r\nother.one:${SECOND}\n`, 'here');
    expect([check(FIRST), check(SECOND), check(`${FIRST}x`), check('')]).toEqual([
      'app',
      'other.one',
      undefined,
      undefined,
    ]);
    expect(parseTokens(`a:${FIRST},b:${SECOND}`, 'GOODNET_TOKENS', LINES_OR_COMMAS)(SECOND)).toBe('b');
  });

  it('of a file may have commas in its comments', () => {
    const check = parseTokens(`# for the app, and others\n# revoked: a,b:${SECOND}\napp:${FIRST}`, 'here');
    expect([check(FIRST), check(SECOND)]).toEqual(['app', undefined]);
  });

  it('are refused, line by line, and never repeated', () => {
    for (const [text, why] of [
      ['app', /entry 1 is no "name:token"/],
      ['app:short', /entry 1 has a token of under 16 characters/],
      [`a:${FIRST}\na:${SECOND}`, /entry 2 gives the name a a second time/],
      ['# nothing', /holds no token/],
    ] as const) {
      expect(() => parseTokens(text, 'tokens.txt')).toThrow(why);
    }
    expect(() => parseTokens('app short-secret', 't')).not.toThrow(/short-secret/);
    expect(() => tokenFile(join(folder, 'none'), () => {})).toThrow(/can't be read/);
  });

  it('are read again when the file changes; a damaged file changes nothing', () => {
    vi.useFakeTimers();
    writeFileSync(file, `app:${FIRST}`);
    const said: string[] = [];
    const check = tokenFile(file, (line) => said.push(line));
    const change = (text: string, at: number) => {
      writeFileSync(file, text);
      utimesSync(file, at, at);
      vi.advanceTimersByTime(1001);
    };
    change(`app:${SECOND}`, 1000);
    expect([check(FIRST), check(SECOND)]).toEqual([undefined, 'app']);
    change('damaged', 2000);
    expect(check(SECOND)).toBe('app');
    vi.advanceTimersByTime(1001);
    expect(check(SECOND)).toBe('app');
    expect(said).toHaveLength(2);
    rmSync(file);
    vi.advanceTimersByTime(1001);
    expect(check(SECOND)).toBe('app');
    expect(said).toHaveLength(3);
    expect(said.join()).toMatch(/again.*tokens of before stay/);
    expect(said.join()).not.toContain(SECOND);
  });
});

describe('a service with tokens', () => {
  const app = createApp({
    classifier: colours,
    tokens: parseTokens(`app:${FIRST}`, 'here'),
    metrics: prometheus(),
  });
  const ask = (path: string, authorization?: string) =>
    app.request(path, authorization === undefined ? {} : { headers: { authorization } });

  it('answers only those who bring one', async () => {
    for (const path of ['/v1/models', '/health', '/metrics', '/v1/models/colours', '/nix']) {
      const refused = await ask(path);
      expect([path, refused.status]).toEqual([path, 401]);
      expect(refused.headers.get('www-authenticate')).toContain('Bearer');
      expect((await ask(path, 'Bearer wrong-token-of-nobody')).status).toBe(401);
      expect((await ask(path, `Basic ${FIRST}`)).status).toBe(401);
      expect((await ask(path, `Bearer ${FIRST}`)).status).toBe(path === '/nix' ? 404 : 200);
    }
    const body = new Uint8Array(await plain().png().toBuffer());
    const post = (headers: Record<string, string>) =>
      app.request('/v1/classify', { method: 'POST', body, headers });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: `bearer ${FIRST}` })).status).toBe(200);
  });

  it('tells everybody that it is there and how to ask', async () => {
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/docs']) {
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    }
    expect(await (await ask('/openapi.json')).json()).toMatchObject({ security: [{ bearer: [] }] });
  });
});
