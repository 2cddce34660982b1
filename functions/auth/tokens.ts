import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GoodNetError, messageOf } from '../../models/errors';
import { first } from '../../models/present';

const LEAST_LENGTH = 16;
const LINES = /\r?\n/;
/** As `GOODNET_TOKENS` has them. */
export const LINES_OR_COMMAS = /\r?\n|,/;
/** How often, at most, it is looked whether the file has changed, in milliseconds. */
const LOOK_AGAIN = 1000;
/** How many faults of it are told. */
const MOST_FAULTS = 3;

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
  const { known, faults } = readTokens(text, where, between);
  if (faults.length > 0) {
    throw new GoodNetError(first(faults), {
      code: 'TOKENS_UNUSABLE',
      kind: 'usage',
      hint: 'Write one token a line, as in "app:0f3b…"; openssl rand -hex 32 makes one.',
    });
  }
  return checkOf(known);
}

/**
 * The tokens of a file, read again when what it says changes. A token that it doesn't say is not valid: where it is
 * damaged later, its good lines are; where it is gone or can't be read, none is.
 * @param say takes note of that
 * @throws GoodNetError `usage` where it can't be read or understood to begin with
 */
export function tokenFile(path: string, say: (line: string) => void): TokenCheck {
  let text: string | undefined;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GoodNetError(`The tokens in ${path} can't be read: ${messageOf(cause)}`, {
      code: 'TOKENS_UNUSABLE',
      kind: 'usage',
      cause,
    });
  }
  let check = parseTokens(text, path);
  let lookedAt = performance.now();
  let fault = '';

  function lookAgain(): void {
    const { now, why } = readNow(path);
    // Said once, not each second until somebody mends it.
    if (now === text && why === fault) return;
    [text, fault] = [now, why];
    const { known, faults } = now === undefined ? { known: [], faults: [why] } : readTokens(now, path, LINES);
    check = checkOf(known);
    if (faults.length === 0) {
      say(`Read the tokens in ${path} again.`);
      return;
    }
    const valid =
      known.length > 0
        ? `valid now are those of ${known.map(({ name }) => name).join(', ')}`
        : 'no token is valid now';
    say(
      `The tokens in ${path} changed, and not all can be read: ${valid}. ${faults.slice(0, MOST_FAULTS).join('; ')}.`,
    );
  }

  return (token) => {
    if (performance.now() - lookedAt >= LOOK_AGAIN) {
      lookedAt = performance.now();
      lookAgain();
    }
    return check(token);
  };
}

function readNow(path: string): { now: string | undefined; why: string } {
  try {
    return { now: readFileSync(path, 'utf8'), why: '' };
  } catch (error) {
    return { now: undefined, why: messageOf(error) };
  }
}

/** The entries that can be understood, and what is wrong with the others. */
function readTokens(text: string, where: string, between: RegExp): { known: Known[]; faults: string[] } {
  const known: Known[] = [];
  const faults: string[] = [];
  text.split(between).forEach((line, i) => {
    const plain = line.trim();
    if (plain === '' || plain.startsWith('#')) return;
    const [, name, token] = /^([A-Za-z0-9._-]+):(\S+)$/.exec(plain) ?? [];
    const isFaulty = (fault: string) => faults.push(`${where}, entry ${i + 1} ${fault}`);
    if (name === undefined || token === undefined) isFaulty('is no "name:token"');
    else if (token.length < LEAST_LENGTH) isFaulty(`has a token of under ${LEAST_LENGTH} characters`);
    else if (known.some((each) => each.name === name)) isFaulty(`gives the name ${name} a second time`);
    else known.push({ name, digest: digest(token) });
  });
  if (known.length === 0 && faults.length === 0) faults.push(`${where} holds no token`);
  return { known, faults };
}

function checkOf(known: readonly Known[]): TokenCheck {
  return (token) => {
    const given = digest(token);
    let found: string | undefined;
    // All of them, whichever it is: the time tells nothing.
    for (const each of known) if (timingSafeEqual(each.digest, given)) found = each.name;
    return found;
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
