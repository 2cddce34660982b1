import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { colours } from './stand-in';

const onDefect = vi.fn();
const app = createApp({ classifier: colours, onDefect });
const blue = Array.from({ length: 20 }, () => [10, 20, 200]).flat();
const input = { name: 'images', shape: [1, 4, 5, 3], datatype: 'FP32', data: blue };
const MANY = 300_000;
const many = (each: string) => Array(MANY).fill(each).join();
const members = (value: string) => `{${Array.from({ length: MANY }, (_, i) => `"k${i}":${value}`).join()}}`;

async function ask(path: string, body: string) {
  const headers = { 'content-type': 'application/json' };
  const response = await app.request(path, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, text, detail: JSON.parse(text).detail as string };
}
const infer = (body: string) => ask('/v2/models/colours/infer', body);
/** A request of a tensor with something in the place of one of its parts. */
const withPart = (part: object, put: string) =>
  JSON.stringify({ inputs: [input], ...part }).replace('"PUT"', () => put);

async function expectRefusal(asked: ReturnType<typeof ask>, detail: RegExp): Promise<void> {
  const { status, text, detail: told } = await asked;
  expect([status, told]).toEqual([400, expect.stringMatching(detail)]);
  expect(text.length).toBeLessThan(2000);
  expect(onDefect).not.toHaveBeenCalled();
}

describe('JSON that does not fit', () => {
  it.each([
    [
      'parameters of no type that is taken',
      { parameters: 'PUT' },
      members('[]'),
      /more than \d+ (members|values)/,
    ],
    [
      'a tensor with such parameters',
      { inputs: [{ ...input, parameters: 'PUT' }] },
      members('{}'),
      /holds more/,
    ],
    ['unknown keys', { more: 'PUT' }, members('1'), /more than 10000 members/],
    ['outputs that are none', { outputs: 'PUT' }, `[${many('1')}]`, /holds more than \d+ values/],
    ['inputs without number', { inputs: 'PUT' }, `[${many('1')}]`, /holds more than \d+ values/],
    ['a shape without end', { inputs: [{ ...input, shape: 'PUT' }] }, `[${many('-1')}]`, /holds more/],
    ['values without end', { inputs: [{ ...input, data: 'PUT' }] }, `[${many('1')}]`, /holds more than/],
    ['lists without end', { inputs: [{ ...input, data: 'PUT' }] }, `[${many('[]')}]`, /holds more than/],
    ['five thousand outputs', { outputs: 'PUT' }, `[${'1,'.repeat(5000)}1]`, /beside the tensor's/],
    ['a depth of 9 million', { more: 'PUT' }, '['.repeat(9e6) + ']'.repeat(9e6), /deeper than 32 levels/],
    ['a depth that never ends', { more: 'PUT' }, '{"a":['.repeat(1e6), /deeper than 32 levels/],
  ])('is refused before it is looked through: %s', async (_, part, put, detail) => {
    await expectRefusal(infer(withPart(part, put)), detail);
  });

  it('has no more members where the tensors are large', async () => {
    const large = { ...colours, input: { height: 224, width: 224, channels: 3 } };
    const body = withPart({ parameters: 'PUT' }, members('1'));
    const service = createApp({ classifier: large, onDefect });
    const response = await service.request('/v2/models/colours/infer', { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/more than 10000 members/),
    });
  });

  it.each([
    ['images', `{"images": [${many('{"base64":1}')}]}`, /holds more than 10000 values/],
    ['unknown keys of an image', `{"images": [${members('1')}]}`, /holds more than 10000 values/],
    ['a depth of 9 million', '['.repeat(9e6), /deeper than 32 levels/],
    ['a name of 10 MB', `{"images": [{"name": "${'x'.repeat(1e7)}"}]}`, /^images\.0: /],
    ['an unknown key of 10 MB', `{"images": [{"base64": ""}], "${'x'.repeat(1e7)}": 1}`, /Wanted: /],
    ['no object', 'null', /Wanted: /],
  ])('is refused as images, too: %s', async (_, body, detail) => {
    const asked = ask('/v1/classify', body);
    if (body.includes('base64": ""')) expect((await asked).status).toBe(200);
    else await expectRefusal(asked, detail);
  });

  it('is told by its first faults, and repeated in part at most', async () => {
    const outputs = Array.from({ length: 200 }, () => ({ name: 1 }));
    const { detail } = await infer(JSON.stringify({ inputs: [input], outputs }));
    expect(detail.match(/outputs\.\d+\.name/g)).toEqual([0, 1, 2].map((i) => `outputs.${i}.name`));
    const long = 'x'.repeat(1e6);
    for (const part of [
      { outputs: [{ name: long }] },
      { inputs: [{ ...input, datatype: long }] },
      { inputs: [{ ...input, parameters: { binary_data_size: long } }] },
      { parameters: { [long]: [] } },
    ]) {
      await expectRefusal(infer(JSON.stringify({ inputs: [input], ...part })), /x…/);
    }
  });

  it('is no way to keys that objects have of their own', async () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const body = `{"inputs": [${JSON.stringify(input)}], "${key}": {"a": 1}, "parameters": {"${key}": 1}}`;
      expect([key, (await infer(body)).status]).toEqual([key, 200]);
    }
    expect(onDefect).not.toHaveBeenCalled();
  });

  it('is told from brackets, commas and quotes in strings', async () => {
    const id = `${'[{,:'.repeat(50)}\\"${'\\\\'.repeat(9)}`;
    const body = `{"inputs": [${JSON.stringify(input)}], "id": "${id}"}`;
    expect([(await infer(body)).status, JSON.parse(body).id.length]).toEqual([200, 210]);
  });
});

describe('outputs', () => {
  it('are asked for once each', async () => {
    const outputs = Array.from({ length: 300 }, () => ({ name: 'class' }));
    await expectRefusal(infer(JSON.stringify({ inputs: [input], outputs })), /class is asked for twice/);
  });

  it('that are none are told before the nets run', async () => {
    const classify = vi.fn(colours.classify);
    const service = createApp({ classifier: { ...colours, classify } });
    const body = JSON.stringify({ inputs: [input], outputs: [{ name: 'nix' }] });
    const response = await service.request('/v2/models/colours/infer', { method: 'POST', body });
    expect([response.status, classify.mock.calls.length]).toEqual([400, 0]);
  });
});

describe('base64', () => {
  it('of more than an image may have is too large, and not looked through', async () => {
    const { status, text } = await ask('/v1/classify', `{"images": [{"base64": "${'A'.repeat(15e6)}!"}]}`);
    expect([status, JSON.parse(text).results[0].error]).toEqual([
      200,
      expect.objectContaining({ type: 'urn:goodnet:problem:too-large', status: 413 }),
    ]);
  });
});
