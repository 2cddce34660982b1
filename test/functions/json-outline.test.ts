import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseJson } from '../../functions/json';
import type { Apart } from '../../functions/json-outline';
import { colours } from './stand-in';

const LISTS: Apart = { list: 'inputs', key: 'data', kind: 'list' };
const TEXTS: Apart = { list: 'images', key: 'base64', kind: 'text' };

async function parsed(text: string, apart?: Apart, maxValues = 1000) {
  const { value, apart: found } = await parseJson(Buffer.from(text), maxValues, apart);
  return { value, found: found.map((bytes) => Buffer.from(bytes).toString()) };
}

describe('a body of JSON', () => {
  it('is what JSON.parse makes of it, but for what is apart', async () => {
    for (const text of [
      '{"a": [1, {"b": "c\\"]"}], "d": null}',
      ' [] ',
      '"x"',
      '{"\\u0061": "\\ud83d\\ude00é"}',
      '7',
    ]) {
      expect((await parsed(text, LISTS)).value).toEqual(JSON.parse(text));
    }
    for (const text of ['', '{', '[1,', '"x', '{"a":1}}', ']', '{"inputs":[{"data":[1', 'nix']) {
      await expect(parsed(text, LISTS)).rejects.toMatchObject({ problem: 'malformed' });
    }
  });

  it('leaves large values where they are, by their place alone', async () => {
    const text = `{"data": [9], "inputs": [{"name": "data", "shape": [1], "data" : [1, "]", [2]], "more": {"data": [8]}}, {"d\\u0061ta":[3]}, {"data": 4}], "x": [{"data": [5]}]}`;
    expect(await parsed(text, LISTS)).toEqual({
      value: {
        data: [9],
        inputs: [{ name: 'data', shape: [1], data: [0], more: { data: [8] } }, { data: [1] }, { data: 4 }],
        x: [{ data: [5] }],
      },
      found: ['[1, "]", [2]]', '[3]'],
    });
    expect(
      await parsed('{"images": [{"base64": "a\\/b"}, {"base64": 7}, {"name": "base64"}]}', TEXTS),
    ).toEqual({
      value: { images: [{ base64: '0' }, { base64: 7 }, { name: 'base64' }] },
      found: ['a\\/b'],
    });
    // The last of two, as JSON.parse has it.
    const twice = await parsed('{"inputs": [{"data": [1]}], "inputs": [{"data": [2]}]}', LISTS);
    expect(twice.found[(twice.value as { inputs: { data: number[] }[] }).inputs[0]!.data[0]!]).toBe('[2]');
  });

  it('has long texts and blanks cut, between characters', async () => {
    for (const each of ['é', '😀', '\\u00e9', '\\"', '\\ud83d\\ude00']) {
      const { value } = await parsed(`{"a":${' '.repeat(9000)}"${each.repeat(20_000)}", "b": 1}`);
      const { a, b } = value as { a: string; b: number };
      const meant = JSON.parse(`"${each.repeat(20_000)}"`) as string;
      expect([meant.startsWith(a.slice(0, -1)), a.length > 500, a.length < 5000, b]).toEqual([
        true,
        true,
        true,
        1,
      ]);
    }
  });

  it('lets others have their turn while a large one is read', async () => {
    const app = createApp({ classifier: { ...colours, input: { height: 224, width: 224, channels: 3 } } });
    const one = Array(224 * 224 * 3)
      .fill(200)
      .join();
    const tensor = `{"name":"images","shape":[10,224,224,3],"datatype":"UINT8","data":[${Array(10).fill(one).join()}]}`;
    for (const [path, body] of [
      ['/v2/models/colours/infer', `{"inputs":[${tensor}]}`],
      ['/v1/classify', `{"images":[{"base64":"${'A'.repeat(12e6)}"}]}`],
    ] as const) {
      let turns = 0;
      let isOver = false;
      const count = (): void => {
        turns++;
        if (!isOver) setImmediate(count);
      };
      count();
      const response = await app.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      isOver = true;
      expect([path, response.status, turns > 10]).toEqual([path, 200, true]);
    }
  });
});

/** As MIME has it. */
const inLines = (text: string, end: string) => text.replace(/.{76}/g, `$&${end}`) + end;

it('an image is the same in either alphabet, in lines, and as a data: URI', async () => {
  const app = createApp({ classifier: colours });
  const png = await sharp({
    create: { width: 5, height: 4, channels: 3, background: { r: 10, g: 20, b: 200 } },
  })
    .png()
    .toBuffer();
  const images = [
    png.toString('base64'),
    png.toString('base64url'),
    `data:image/png;base64,${png.toString('base64')}`,
    `data:image/png;base64,${png.toString('base64url')}`,
    inLines(png.toString('base64'), '\n'),
    `data:image/png;base64,${inLines(png.toString('base64'), '\r\n')}`,
  ].map((base64) => ({ base64 }));
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ images });
  const response = await app.request('/v1/classify', { method: 'POST', headers, body });
  const { results } = (await response.json()) as { results: { class: number }[] };
  expect(results.map((each) => each.class)).toEqual([2, 2, 2, 2, 2, 2]);
});

it('base64 may be written with escapes, and must be base64 in the end', async () => {
  const app = createApp({ classifier: colours });
  const ask = async (text: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = `{"images":[{"base64":"${text}"}]}`;
    const response = await app.request('/v1/classify', { method: 'POST', headers, body });
    return ((await response.json()) as { results: { error: { type: string } }[] }).results[0]!.error.type;
  };
  // No image, but base64: read whole.
  for (const text of [
    'AAAA',
    'A\\/AA',
    'A_-A',
    'A_A',
    'A-',
    'data:image/png;base64,AAAA',
    'data:image\\/svg+xml;charset=utf-8;base64,AA==',
    'data:;base64,A_8',
    '\\u0041AAA',
    `${'\\u0041'.repeat(400_000)}`,
    'A'.repeat(4_000_000),
    inLines('A'.repeat(4_000_000), '\\r\\n'),
    'AA\\n\\nAA\\n',
  ]) {
    expect([text.slice(0, 20), await ask(text)]).toEqual([
      text.slice(0, 20),
      'urn:goodnet:problem:unsupported-type',
    ]);
  }
  for (const text of [
    'AAA',
    'A_=',
    'A_AAA',
    'data:image/png,AAAA',
    'data:image/png;base64,AAA',
    'data:AAAA',
    'A\\\\AA',
    'A\\nAA',
    'AA=A',
    '\\u0141AAA',
    'ÀAA',
    `${'AAA='.repeat(400_000)}`,
  ]) {
    expect([text.slice(0, 20), await ask(text)]).toEqual([
      text.slice(0, 20),
      'urn:goodnet:problem:malformed',
    ]);
  }
});
