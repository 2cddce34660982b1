import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { startServer } from '../../functions/server';
import { pythonTools } from '../python-tools';
import { colours } from './stand-in';

const app = createApp({ classifier: colours });
const blue = Array.from({ length: 20 }, () => [10, 20, 200]).flat();
const white = Array.from({ length: 60 }, () => 255);
const input = { name: 'images', shape: [2, 4, 5, 3], datatype: 'FP32', data: [...blue, ...white] };
const infer = (body: unknown, headers: Record<string, string> = {}) =>
  app.request('/v2/models/colours/infer', {
    method: 'POST',
    headers,
    body: body instanceof Uint8Array ? (body as unknown as string) : JSON.stringify(body),
  });

describe('the Open Inference Protocol', () => {
  it('tells of the server and the model', async () => {
    for (const path of ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/colours/ready']) {
      expect([path, (await app.request(path)).status]).toEqual([path, 200]);
    }
    const metadata = await (await app.request(`/v2/models/colours/versions/${colours.id}`)).json();
    expect(metadata).toMatchObject({ name: 'colours', inputs: [{ name: 'images', shape: [-1, 4, 5, 3] }] });
    expect((await app.request('/v2/models/colours/versions/1')).status).toBe(404);
    expect((await app.request('/v2/models/nix')).status).toBe(404);
  });

  it('infers with JSON, flat or nested', async () => {
    const nested = { ...input, data: [[[blue]], [[white]]] };
    for (const each of [input, nested, { ...input, datatype: 'UINT8' }]) {
      const response = await infer({
        id: '7',
        inputs: [each],
        outputs: [{ name: 'class' }, { name: 'p_value' }],
      });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        model_name: 'colours',
        model_version: colours.id,
        id: '7',
        outputs: [
          { name: 'class', datatype: 'INT64', shape: [2], data: [2, 3] },
          { name: 'p_value', datatype: 'FP64', shape: [2], data: [0.5, 0.001] },
        ],
      });
    }
  });

  it.each([
    ['0–1', (v: number) => v / 255, 'multiply them by 255'],
    ['0–1, and a value above', (v: number) => (v === 200 ? 1.2 : v / 255), 'multiply them by 255'],
    ['−1…1', (v: number) => v / 127.5 - 1, 'add 1 to them and multiply by 127.5'],
  ])('refuses FP32 of %s, as JSON and as bytes', async (_, change, hint) => {
    // Of the first image; the second is as it should be.
    const values = [...blue.map(change), ...blue];
    const asBytes = Buffer.from(Float32Array.from(values).buffer);
    const tensor = { ...input, data: undefined, parameters: { binary_data_size: asBytes.length } };
    const header = Buffer.from(JSON.stringify({ inputs: [tensor] }));
    for (const response of [
      await infer({ inputs: [{ ...input, data: values }] }),
      await infer(Buffer.concat([header, asBytes]), {
        'Inference-Header-Content-Length': String(header.length),
      }),
    ]) {
      expect(response.status).toBe(400);
      const said = JSON.stringify(await response.json());
      expect(said).toContain(hint);
      expect(said).toContain('image 0');
    }
  });

  it.each(['FP32', 'UINT8'])(
    'refuses %s of bits, and takes black images, which are black in any range',
    async (datatype) => {
      const bits = [...blue, ...white.map((_, i) => i % 2)];
      const refused = await infer({ inputs: [{ ...input, datatype, data: bits }] });
      expect(refused.status).toBe(400);
      expect(JSON.stringify(await refused.json())).toMatch(/image 1, look like 0–1.*multiply them by 255/);
      const bytes = datatype === 'UINT8' ? Buffer.from(bits) : Buffer.from(Float32Array.from(bits).buffer);
      const tensor = { ...input, datatype, data: undefined, parameters: { binary_data_size: bytes.length } };
      const header = Buffer.from(JSON.stringify({ inputs: [tensor] }));
      const size = { 'Inference-Header-Content-Length': String(header.length) };
      expect((await infer(Buffer.concat([header, bytes]), size)).status).toBe(400);
      const black = [...blue, ...white.map(() => 0)];
      expect((await infer({ inputs: [{ ...input, datatype, data: black }] })).status).toBe(200);
    },
  );

  it('tells how familiar a picture is where the model can tell, and only there', async () => {
    const familiar = createApp({
      classifier: {
        ...colours,
        tellsFamiliarity: true,
        classify: async (pixels, count) =>
          (await colours.classify(pixels, count)).map((verdict) => ({
            ...verdict,
            familiarity: verdict.backdoored ? 0.002 : 0.7,
            unfamiliar: verdict.backdoored,
          })),
      },
    });
    const outputs = [{ name: 'familiarity' }, { name: 'unfamiliar' }];
    const body = JSON.stringify({ inputs: [input], outputs });
    const path = '/v2/models/colours';
    const told = await (await familiar.request(`${path}/infer`, { method: 'POST', body })).json();
    expect(told).toMatchObject({
      outputs: [
        { name: 'familiarity', datatype: 'FP64', shape: [2], data: [0.7, 0.002] },
        { name: 'unfamiliar', datatype: 'BOOL', shape: [2], data: [false, true] },
      ],
    });
    const namesOf = async (from: typeof app) =>
      ((await (await from.request(path)).json()) as { outputs: { name: string }[] }).outputs.map(
        ({ name }) => name,
      );
    expect(await namesOf(familiar)).toEqual([...(await namesOf(app)), 'familiarity', 'unfamiliar']);
    const refused = await infer({ inputs: [input], outputs });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ error: expect.stringMatching(/no output familiarity; there are class,/) }),
    ]);
  });

  it('refuses what does not fit, with 400', async () => {
    const bad = [
      { inputs: [] },
      { inputs: [{ ...input, name: 'pictures' }] },
      { inputs: [{ ...input, shape: [2, 5, 4, 3] }] },
      { inputs: [{ ...input, datatype: 'INT8' }] },
      { inputs: [{ ...input, data: blue }] },
      { inputs: [{ ...input, data: [...input.data.slice(1), 256] }] },
      { inputs: [{ ...input, data: [...input.data.slice(1), 'x'] }] },
      { inputs: [{ ...input, datatype: 'UINT8', data: [...input.data.slice(1), 1.5] }] },
      { inputs: [{ ...input, shape: [0, 4, 5, 3], data: [] }] },
      { inputs: [{ ...input, data: [[[[[blue]]]]] }] },
      { inputs: [input], outputs: [{ name: 'nix' }] },
      { inputs: [{ ...input, data: undefined, parameters: { binary_data_size: 5 } }] },
    ];
    for (const body of bad)
      expect([JSON.stringify(body).slice(0, 60), (await infer(body)).status][1]).toBe(400);
    const many = { ...input, shape: [65, 4, 5, 3], data: [] };
    expect((await infer({ inputs: [many] })).status).toBe(413);
    const deep = JSON.stringify({ inputs: [{ ...input, data: 'DEEP' }] });
    expect(
      (await infer(Buffer.from(deep.replace('"DEEP"', '['.repeat(9999) + ']'.repeat(9999))))).status,
    ).toBe(400);
    const wrongLength = { 'inference-header-content-length': '99999' };
    expect((await infer({ inputs: [input] }, wrongLength)).status).toBe(400);
    expect((await infer(new Uint8Array([0xff, 0xfe]))).status).toBe(400);
  });

  it('tells what went wrong as its clients read it, and as problems', async () => {
    const refused = await infer({ inputs: [{ ...input, name: 'pictures' }] });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({
      type: 'urn:goodnet:problem:malformed',
      status: 400,
      error: 'One input is wanted: images, of n × 4 × 5 × 3.',
    });
    const guarded = createApp({ classifier: colours, tokens: () => undefined });
    for (const [path, status, service] of [
      ['/v2/models/nix', 404, app],
      ['/v2/nix', 404, app],
      ['/v2/models/colours/infer', 405, app],
      ['/v2', 401, guarded],
    ] as const) {
      const response = await service.request(path);
      expect([path, response.status, await response.json()]).toEqual([
        path,
        status,
        expect.objectContaining({ error: expect.any(String) }),
      ]);
    }
  });

  const tools = pythonTools();
  it.skipIf(tools === undefined)('answers tritonclient as it is', async () => {
    const server = await startServer({ app, host: '127.0.0.1', port: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'goodnet-triton-'));
    const script = join(folder, 'ask.py');
    writeFileSync(script, TRITON);
    const { status, stdout, stderr } = await run(join(tools!, 'bin/python'), [script, server.url.slice(7)]);
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      live: true,
      ready: true,
      input: [-1, 4, 5, 3],
      binary: [
        [2, 3],
        [false, true],
        [0.5, 0.001],
      ],
      json: [
        [2, 3],
        [false, true],
        [0.5, 0.001],
      ],
      all: ['backdoored', 'bad_class', 'class', 'p_value', 'repaired_class', 'suspicion'],
      error: '[400] One input is wanted: images, of n × 4 × 5 × 3.',
    });
  });
});

/** Not spawnSync: the server answers from this process. */
async function run(command: string, args: string[]) {
  const child = spawn(command, args);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}

const TRITON = `
import json, sys
import numpy as np
import tritonclient.http as http
client = http.InferenceServerClient(sys.argv[1])
images = np.zeros((2, 4, 5, 3), np.uint8)
images[0] = (10, 20, 200)
images[1] = 255
names = ['class', 'backdoored', 'p_value']
def ask(binary, dtype, values):
    tensor = http.InferInput('images', values.shape, dtype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    wanted = [http.InferRequestedOutput(name, binary_data=binary) for name in names]
    result = client.infer('colours', [tensor], outputs=wanted)
    return [result.as_numpy(name).tolist() for name in names]
def refused():
    tensor = http.InferInput('images', [1, 2, 2, 3], 'UINT8')
    tensor.set_data_from_numpy(np.zeros((1, 2, 2, 3), np.uint8))
    try:
        client.infer('colours', [tensor])
    except http.InferenceServerException as error:
        return str(error)
def outputs():
    tensor = http.InferInput('images', images.shape, 'UINT8')
    tensor.set_data_from_numpy(images)
    return sorted(each['name'] for each in client.infer('colours', [tensor]).get_response()['outputs'])
print(json.dumps({
    'live': client.is_server_live(),
    'ready': client.is_server_ready() and client.is_model_ready('colours'),
    'input': client.get_model_metadata('colours')['inputs'][0]['shape'],
    'binary': ask(True, 'FP32', images.astype(np.float32)),
    'json': ask(False, 'UINT8', images),
    'all': outputs(),
    'error': refused(),
}))
`;
