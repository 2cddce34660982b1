import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
  rmSync(file, { recursive: true, force: true });
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

  it('of a variable stand on lines, or between commas, with space around them', () => {
    for (const text of [`a:${FIRST},b:${SECOND}`, `a:${FIRST}\nb:${SECOND}`, `a:${FIRST}\r\nb:${SECOND}`]) {
      const check = parseTokens(text, 'GOODNET_TOKENS', LINES_OR_COMMAS);
      expect([check(FIRST), check(SECOND)]).toEqual(['a', 'b']);
    }
    const spaced = parseTokens(`  a:${FIRST} , b:${SECOND}\t`, 'GOODNET_TOKENS', LINES_OR_COMMAS);
    expect([spaced(FIRST), spaced(SECOND)]).toEqual(['a', 'b']);
  });

  it('are of 16 characters at least', () => {
    const least = 'x'.repeat(16);
    expect(parseTokens(`app:${least}`, 'here')(least)).toBe('app');
    expect(() => parseTokens(`app:${least.slice(1)}`, 'here')).toThrow(/under 16 characters/);
  });

  it('are nothing but a name, a colon and a token', () => {
    for (const wrong of [`an app:${FIRST}`, `app:${FIRST} more`, `app: ${FIRST}`, `:${FIRST}`, FIRST])
      expect(() => parseTokens(wrong, 'here')).toThrow(/entry 1 is no "name:token"/);
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
    expect(() => parseTokens('app', 't')).toThrow(expect.objectContaining({ kind: 'usage' }));
    expect(() => tokenFile(join(folder, 'none'), () => {})).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringMatching(/none can't be read: ENOENT/),
      }),
    );
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

    it('are not read again more often than once a second', () => {
      writeFileSync(file, `app:${SECOND}`);
      vi.advanceTimersByTime(999);
      expect(check(FIRST)).toBe('app');
      vi.advanceTimersByTime(1);
      expect(check(FIRST)).toBeUndefined();
      writeFileSync(file, `app:${FIRST}`);
      vi.advanceTimersByTime(999);
      expect(check(FIRST)).toBeUndefined();
    });

    it('are as they were, and nothing is said, while the file is', () => {
      for (let looks = 0; looks < 3; looks++) {
        vi.advanceTimersByTime(1001);
        expect([check(FIRST), check(SECOND)]).toEqual(['app', 'other']);
      }
      expect(said).toEqual([]);
    });

    it('that can not be read are told of anew where that has another reason', () => {
      reread(undefined);
      mkdirSync(file);
      vi.advanceTimersByTime(1001);
      expect(check(FIRST)).toBeUndefined();
      expect(said).toEqual([expect.stringMatching(/ENOENT/), expect.stringMatching(/EISDIR/)]);
    });

    it('are told of by the names that are valid, and the first three faults', () => {
      expect(reread(`app:${FIRST}\nother:${SECOND}\none\ntwo\nthree\nfour`)).toEqual(['app', 'other']);
      const faults = [3, 4, 5].map((entry) => `${file}, entry ${entry} is no "name:token"`).join('; ');
      expect(said).toEqual([
        `The tokens in ${file} changed, and not all can be read: valid now are those of app, other. ${faults}.`,
      ]);
    });

    it.each([
      ['is emptied', '', [undefined, undefined], /no token is valid now.*holds no token/],
      ['has comments left alone', `# app:${FIRST}`, [undefined, undefined], /no token is valid now/],
      ['is gone', undefined, [undefined, undefined], /no token is valid now.*ENOENT/],
      [
        'is damaged',
        'damaged',
        [undefined, undefined],
        /no token is valid now.*entry 1 is no "name:token"\.$/,
      ],
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
  const callers: unknown[] = [];
  const app = createApp({
    classifier: colours,
    tokens: parseTokens(`app:${FIRST}`, 'here'),
    metrics: prometheus(),
    audit: (lines) => {
      callers.push(...lines.map(({ caller }) => caller));
    },
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
    // Those who were let in are known by name.
    expect(callers.filter((each) => each !== undefined)).toEqual(['app']);
  });

  it('takes a header that is none but "Bearer TOKEN"', async () => {
    expect((await ask('/v1/models', `Bearer  ${FIRST}`)).status).toBe(200);
    for (const wrong of [`${FIRST}`, `Bearer ${FIRST} more`, `No Bearer ${FIRST}`, `Bearer${FIRST}`, ''])
      expect([wrong, (await ask('/v1/models', wrong)).status]).toEqual([wrong, 401]);
  });

  it('has browsers ask what may be asked without one', async () => {
    const response = await app.request('/v1/models', { method: 'OPTIONS' });
    expect(response.status).not.toBe(401);
  });

  it('tells one who brings none from one whose token is not known', async () => {
    for (const path of ['/v1/models', '/v2', '/health']) {
      const type = async (authorization?: string) =>
        ((await (await ask(path, authorization)).json()) as { type: string }).type;
      const challenge = async (authorization?: string) =>
        (await ask(path, authorization)).headers.get('www-authenticate');
      expect(await challenge()).toBe('Bearer realm="goodnet"');
      expect(await challenge(`Bearer ${SECOND}`)).toBe('Bearer realm="goodnet", error="invalid_token"');
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
