import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumbers } from '../../functions/oip/numbers';
import { Problem } from '../../functions/problem';

const read = async (text: string, into: Float32Array | Uint8Array, depth = 5) =>
  await readNumbers(Buffer.from(text), into, depth);

/** As JSON.parse and a 32-bit float have them. */
async function expectSame(texts: readonly string[]): Promise<void> {
  const into = new Float32Array(texts.length);
  expect(await read(`[${texts.join()}]`, into)).toBe(texts.length);
  expect([...into]).toEqual(texts.map((text) => Math.fround(JSON.parse(text))));
}

describe('numbers of a tensor', () => {
  it('are those that JSON.parse reads, however they are written', async () => {
    const digits = fc.stringMatching(/^\d{1,25}$/);
    const number = fc
      .tuple(
        fc.boolean(),
        fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
        fc.option(digits),
        fc.option(
          fc.tuple(
            fc.constantFrom('e', 'E'),
            fc.constantFrom('', '+', '-'),
            fc.integer({ min: 0, max: 330 }),
          ),
        ),
      )
      .map(([isNegative, whole, part, exponent]) =>
        [isNegative ? '-' : '', whole, part === null ? '' : `.${part}`, exponent?.join('') ?? ''].join(''),
      );
    const usual = fc.double({ min: 0, max: 255, noNaN: true }).map((value) => JSON.stringify(value));
    const texts = fc.array(fc.oneof(number, usual), { minLength: 1, maxLength: 50 });
    await fc.assert(fc.asyncProperty(texts, expectSame), { numRuns: 400, seed: 1 });
  });

  it('are exact between two 32-bit floats, too', async () => {
    // Half way, and a trace to either side of it; 2²⁴ + 1 is none of a float of 32 bits.
    await expectSame([
      '16777217',
      '16777217.000000000000001',
      '16777216.999999999999999',
      '128.00000762939453125',
    ]);
    await expectSame([
      '128.000007629394531250000000001',
      '128.000007629394531249999999999',
      '1e-46',
      '7e-46',
      '1e400',
    ]);
  });

  it('are read nested, with blanks, and counted beyond the room', async () => {
    const into = new Uint8Array(3);
    expect(await read(' [ [0, 7 ],\n[],[[255\t, 1e0]] ,12.0 ] ', into)).toBe(5);
    expect([...into]).toEqual([0, 7, 255]);
    expect(await read('[]', into)).toBe(0);
  });

  it('are told from what is no number, no byte, or nested deeper', async () => {
    for (const text of ['["7"]', '[null]', '[{}]', '[true]', '[NaN]']) {
      expect([text, await read(text, new Float32Array(1))]).toEqual([text, 'other']);
    }
    for (const text of ['[1.5]', '[256]', '[-1]', '[2550e-2]', '[1e30]', '[12.00000000000000000001e1]']) {
      expect([text, await read(text, new Uint8Array(1))]).toEqual([
        text,
        Number.isInteger(JSON.parse(text)[0]) && JSON.parse(text)[0] >= 0 && JSON.parse(text)[0] <= 255
          ? 1
          : 'other',
      ]);
    }
    expect(await read('[[7]]', new Uint8Array(1), 2)).toBe(1);
    expect(await read('[[[7]]]', new Uint8Array(1), 2)).toBe('deep');
  });

  it('are no JSON where JSON.parse says so', async () => {
    for (const text of [
      '[1,]',
      '[,1]',
      '[1 2]',
      '[01]',
      '[1.]',
      '[.5]',
      '[1e]',
      '[-]',
      '[1',
      '[[1]',
      '[1][',
      '[1,,2]',
      '[+1]',
      '[[1] 2]',
      '[1[2]]',
      '[12 3,4]',
    ]) {
      expect(() => JSON.parse(text)).toThrow();
      const told = await read(text, new Float32Array(4)).catch((error: unknown) => error);
      expect([text, told === 'other' || told instanceof Problem]).toEqual([text, true]);
    }
  });
});
