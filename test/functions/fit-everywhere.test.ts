import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../build-repair/images/open-images';
import { openScreener } from '../../build-repair/screen/screener';
import { createApp } from '../../functions/app';
import { type Classifier, classifierOf } from '../../functions/classifier';
import { judge } from '../../functions/screening/judge';
import type { Uploads } from '../../functions/uploads/s3';
import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import { decodeImage } from '../../models/images/decode';
import type { Fit } from '../../models/images/fit';
import { writeFiles } from '../build-repair/images/write-images';
import { shape, writeSmallBundle } from './small-bundle';

const root = mkdtempSync(join(tmpdir(), 'goodnet-fit-'));

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A picture that has another colour at each place. */
async function photograph(width: number, height: number): Promise<Buffer> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [(255 * x) / width, (255 * y) / height, 128 + 100 * Math.sin(x / 9 + y / 5)][i % 3]!;
  });
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

describe.each<Fit>(['stretch', 'crop', 'crop:256/224', 'pad'])('a bundle of --fit %s', (fit) => {
  const folder = join(root, fit.replace(/\W/g, '-'));
  let jpeg: Buffer;
  let expected: Uint8Array;
  let goodnet: GoodNet;
  let id: string;
  beforeAll(async () => {
    jpeg = await photograph(90, 40);
    writeFiles(join(folder, 'set'), { '0/a.jpg': jpeg });
    id = await writeSmallBundle(join(folder, 'store'), { fit });
    goodnet = await GoodNet.load(join(folder, 'store'));
    expected = await decodeImage(jpeg, { ...shape, fit });
  });
  afterAll(() => goodnet.dispose());

  /** The bundle's classifier, and what it was shown. */
  function watched(): { model: Classifier; shown: Uint8Array[] } {
    const model = classifierOf(goodnet);
    const shown: Uint8Array[] = [];
    const classify: Classifier['classify'] = (pixels, count, top) => {
      shown.push(Uint8Array.from(pixels));
      return model.classify(pixels, count, top);
    };
    return { model: { ...model, classify }, shown };
  }

  it('says so', () => {
    expect(goodnet.manifest.input.fit).toBe(fit);
    expect(goodnet.shape.fit).toBe(fit);
  });

  it('is repaired and evaluated with what the service shows the net', async () => {
    for (const input of [{ ...shape, fit }, goodnet.shape]) {
      const set = await openImages(join(folder, 'set'), { shape: input });
      for await (const { pixels } of set.batches(1)) expect(pixels).toEqual(expected);
      expect(set.others).toEqual({ size: 1, shape: 1 });
      const other = set.withFit!('pad', [join(folder, 'set/0/a.jpg')]);
      for await (const { pixels } of other.batches(1))
        expect(pixels).toEqual(await decodeImage(jpeg, { ...shape, fit: 'pad' }));
    }
  });

  it('answers a body, a form, base64 and a data: URI by it', async () => {
    const { model, shown } = watched();
    const app = createApp({ classifier: model });
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(jpeg)]), 'a.jpg');
    const json = (base64: string) => ({
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ images: [{ base64 }] }),
    });
    const encoded = jpeg.toString('base64');
    const requests = [
      { body: new Uint8Array(jpeg) },
      { body: form },
      json(encoded),
      json(`data:image/jpeg;base64,${encoded}`),
    ];
    for (const request of requests)
      expect((await app.request('/v1/classify', { method: 'POST', ...request })).status).toBe(200);
    expect(shown).toHaveLength(requests.length);
    for (const pixels of shown) expect(pixels).toEqual(expected);
    const { input } = (await (await app.request('/v1/models/chain')).json()) as { input: object };
    expect(input).toEqual({ ...shape, fit });
  });

  it('screens uploads and files by it', async () => {
    const { model, shown } = watched();
    const uploads = { fetch: async () => ({ bytes: new Uint8Array(jpeg), etag: '"1"' }) };
    await judge({ bucket: 'uploads', key: 'a.jpg' }, { model, uploads: uploads as unknown as Uploads });
    expect(shown).toEqual([expected]);
    const screener = await openScreener({ bundle: join(folder, 'store'), id, trust: [], recording: {} });
    const names = [join(folder, 'set/0/a.jpg')];
    const [row] = await screener.screen({ kind: 'files', names });
    screener.close();
    expect(row).toMatchObject({ verdict: (await goodnet.classify(expected, 1))[0] });
  });
});
