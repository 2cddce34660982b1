import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { LINES_OR_COMMAS, parseTokens, type TokenCheck, tokenFile } from '../../functions/auth/tokens';
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

  it('are compared whole: one whose digest shares a byte with a known one’s, whichever byte, is nobody’s', () => {
    const check = parseTokens(`app:${FIRST}`, 'here');
    const digest = (token: string) => createHash('sha256').update(token).digest();
    const known = digest(FIRST);
    const alike = new Map<number, string>();
    for (let i = 0; alike.size < known.length; i++) {
      const token = `guessed-token-number-${i}`;
      digest(token).forEach((byte, at) => {
        if (byte === known[at]) alike.set(at, token);
      });
    }
    expect([...alike.values()].map(check)).toEqual(Array(known.length).fill(undefined));
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

  describe('of a file', () => {
    const said: string[] = [];
    let check: TokenCheck = () => undefined;
    /** Whose the tokens are after the file was changed, or taken away, and looked at again. */
    function reread(text: string | undefined): (string | undefined)[] {
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
      // As it was written at the same time: what it says counts.
      if (text !== undefined) utimesSync(file, 1000, 1000);
      vi.advanceTimersByTime(1001);
      return [check(FIRST), check(SECOND)];
    }
    beforeEach(() => {
      vi.useFakeTimers();
      said.length = 0;
      writeFileSync(file, `app:${FIRST}\nother:${SECOND}`);
      utimesSync(file, 1000, 1000);
      check = tokenFile(file, (line) => said.push(line));
    });

    it('are read again when it says something else, whenever it was written', () => {
      expect(reread(`app:${FIRST}`)).toEqual(['app', undefined]);
      expect(reread(`app:${SECOND}`)).toEqual([undefined, 'app']);
      expect(reread(`app:${SECOND}`)).toEqual([undefined, 'app']);
      expect(said).toEqual(Array(2).fill(`Read the tokens in ${file} again.`));
    });

    it.each([
      ['is emptied', '', [undefined, undefined], /no token is valid now.*holds no token/],
      ['has comments left alone', `# app:${FIRST}`, [undefined, undefined], /no token is valid now/],
      ['is gone', undefined, [undefined, undefined], /no token is valid now.*ENOENT/],
      ['is damaged', 'damaged', [undefined, undefined], /no token is valid now.*entry 1 is no "name:token"/],
      [
        'is half damaged',
        `oth\napp:${FIRST}`,
        ['app', undefined],
        /valid now are those of app\..*entry 1 is no/,
      ],
      [
        'is cut short',
        `app:${FIRST}\nother:sec`,
        ['app', undefined],
        /those of app\..*entry 2 has a token of/,
      ],
      ['says a name twice', `a:${FIRST}\na:${SECOND}`, ['a', undefined], /entry 2 gives the name a a second/],
    ])('are valid no longer where it %s, and that is said once', (_, text, valid, why) => {
      expect(reread(text)).toEqual(valid);
      vi.advanceTimersByTime(1001);
      expect([check(FIRST), check(SECOND)]).toEqual(valid);
      expect(said).toEqual([expect.stringMatching(why)]);
      expect(said.join()).not.toMatch(/-token-of-the-app/);
      expect(reread(`app:${FIRST}\nother:${SECOND}`)).toEqual(['app', 'other']);
      expect(said[1]).toBe(`Read the tokens in ${file} again.`);
    });
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

  it('tells one who brings none from one whose token is not known', async () => {
    for (const path of ['/v1/models', '/v2', '/health']) {
      const type = async (authorization?: string) =>
        ((await (await ask(path, authorization)).json()) as { type: string }).type;
      expect(await type()).toBe('urn:goodnet:problem:unauthorised');
      expect(await type('Basic x')).toBe('urn:goodnet:problem:unauthorised');
      expect(await type(`Bearer ${SECOND}`)).toBe('urn:goodnet:problem:unknown-token');
    }
  });

  it('tells everybody that it is there and how to ask', async () => {
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/docs']) {
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    }
    expect(await (await ask('/openapi.json')).json()).toMatchObject({ security: [{ bearer: [] }] });
  });
});
