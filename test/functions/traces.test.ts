import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tracesIn } from './traces';

const secret = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
const padded = (before: number) => Buffer.concat([Buffer.alloc(before, 65), secret, Buffer.from('more')]);

describe('tracesIn', () => {
  it.each([
    ['text', padded(5).toString('latin1')],
    ['an address', `/x?${encodeURIComponent(padded(5).toString('latin1'))}`],
    ['base64', padded(0).toString('base64')],
    ['base64 from another place', padded(7).toString('base64')],
    ['base64 from a third place', padded(5).toString('base64')],
    ['hexadecimal', padded(5).toString('hex')],
    ["Node.js's own view", inspect(padded(5))],
    ['JSON', JSON.stringify(padded(5))],
    ['a list', inspect(Array.from(secret), { breakLength: Number.POSITIVE_INFINITY, compact: 20 })],
  ])('finds it as %s', (_, text) => {
    expect(tracesIn(text, [secret]).length).toBeGreaterThan(0);
  });

  it('finds nothing where there is nothing', () => {
    expect(tracesIn(JSON.stringify({ message: 'answered', status: 200, pValue: 0.137 }), [secret])).toEqual(
      [],
    );
  });
});
