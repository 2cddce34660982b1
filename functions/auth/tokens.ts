import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { GoodNetError, messageOf } from '../../models/errors';

const LEAST_LENGTH = 16;
const LINES = /\r?\n/;
/** As `GOODNET_TOKENS` has them. */
export const LINES_OR_COMMAS = /\r?\n|,/;
/** How often, at most, it is looked whether the file has changed, in milliseconds. */
const LOOK_AGAIN = 1000;

/** Tells whose token it is: its name, or undefined where it is nobody's. */
export type TokenCheck = (token: string) => string | undefined;

interface Known {
  readonly name: string;
  readonly digest: Buffer;
}

/**
 * Tokens as `name:token`; a name stands in logs, a token never. Blank ones and those that begin with # are left aside.
 * @param where the file or variable, for messages
 * @param between what separates them: a comma does in a variable, while in a file it may stand in a comment
 * @throws GoodNetError `usage` for a line that is none, a token of under 16 characters, a name given twice
 */
export function parseTokens(text: string, where: string, between: RegExp = LINES): TokenCheck {
  const known: Known[] = [];
  text.split(between).forEach((line, i) => {
    const plain = line.trim();
    if (plain === '' || plain.startsWith('#')) return;
    const [, name, token] = /^([A-Za-z0-9._-]+):(\S+)$/.exec(plain) ?? [];
    const fault =
      name === undefined || token === undefined
        ? 'is no "name:token"'
        : token.length < LEAST_LENGTH
          ? `has a token of under ${LEAST_LENGTH} characters`
          : known.some((each) => each.name === name)
            ? `gives the name ${name} a second time`
            : undefined;
    if (fault) {
      throw new GoodNetError(`${where}, entry ${i + 1} ${fault}`, {
        kind: 'usage',
        hint: 'Write one token a line, as in "app:0f3b…"; openssl rand -hex 32 makes one.',
      });
    }
    known.push({ name: name!, digest: digest(token!) });
  });
  if (known.length === 0) throw new GoodNetError(`${where} holds no token`, { kind: 'usage' });
  return (token) => {
    const given = digest(token);
    let found: string | undefined;
    // All of them, whichever it is: the time tells nothing.
    for (const each of known) if (timingSafeEqual(each.digest, given)) found = each.name;
    return found;
  };
}

/**
 * The tokens of a file, read again when it changes; where it can't be read or understood then, the ones before stay.
 * @param say takes note of that
 * @throws GoodNetError `usage` where it can't be read or understood to begin with
 */
export function tokenFile(path: string, say: (line: string) => void): TokenCheck {
  const read = () => {
    const changed = statSync(path).mtimeMs;
    return { changed, check: parseTokens(readFileSync(path, 'utf8'), path) };
  };
  let current: ReturnType<typeof read>;
  try {
    current = read();
  } catch (cause) {
    if (cause instanceof GoodNetError) throw cause;
    throw new GoodNetError(`The tokens in ${path} can't be read: ${messageOf(cause)}`, {
      kind: 'usage',
      cause,
    });
  }
  let lookedAt = Date.now();
  let fault: string | undefined;
  return (token) => {
    if (Date.now() - lookedAt >= LOOK_AGAIN) {
      lookedAt = Date.now();
      try {
        if (statSync(path).mtimeMs !== current.changed) {
          current = read();
          say(`Read the tokens in ${path} again.`);
        }
        fault = undefined;
      } catch (error) {
        // Said once, not each second until somebody mends it.
        if (messageOf(error) !== fault) say(`The tokens of before stay: ${messageOf(error)}`);
        fault = messageOf(error);
      }
    }
    return current.check(token);
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
