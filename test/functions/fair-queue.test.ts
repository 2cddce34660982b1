import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import type { Classifier } from '../../functions/classifier';
import { FairQueue } from '../../functions/fair-queue';
import { isLarge, lookAt } from '../../models/images/decode';
import { outline } from '../../models/images/decode/structure';
import { manyScans } from './hostile-pictures';
import { BLUE, colours, plain } from './stand-in';

/** Work that ends when it is told to. */
function pieces() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const end = async () => {
    ends.shift()!();
    await new Promise(setImmediate);
  };
  return { begun, work, end };
}

describe('callers', () => {
  it('take turns, however much one of them has waiting', async () => {
    const queue = new FairQueue(1);
    const { begun, work, end } = pieces();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) void queue.take(name[0]!, work(name));
    for (let i = 0; i < 6; i++) await end();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
    // All places are free again.
    void queue.take('d', work('d1'));
    await new Promise(setImmediate);
    expect(begun.at(-1)).toBe('d1');
  });

  it('have so much waiting and no more, one of them and all', async () => {
    const queue = new FairQueue(1, { ofOne: 2, ofAll: 3 });
    const { begun, work, end } = pieces();
    for (const name of ['a1', 'a2', 'a3']) void queue.take('a', work(name));
    await expect(queue.take('a', work('a4'))).rejects.toMatchObject({ problem: 'overloaded' });
    void queue.take('b', work('b1'));
    await expect(queue.take('c', work('c1'))).rejects.toMatchObject({ problem: 'overloaded' });
    for (let i = 0; i < 4; i++) await end();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('give their place on where work fails', async () => {
    const queue = new FairQueue(1);
    const failing = queue.take('a', async () => {
      throw new Error('no');
    });
    const next = queue.take('b', async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});

describe('the service', () => {
  const clear = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 4, background: { ...BLUE, alpha: 0.5 } } });
  const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

  it('answers a small image before another caller’s many large ones, and a large one among them', async () => {
    const app = createApp({ classifier: colours });
    const large = new Blob([new Uint8Array(await clear(2500, 2000).png({ compressionLevel: 1 }).toBuffer())]);
    const form = new FormData();
    for (let i = 0; i < 10; i++) form.append('images', large);
    const order: string[] = [];
    const ask = async (name: string, body: Blob | FormData | Uint8Array<ArrayBuffer>, address: string) => {
      const response = await app.request('/v1/classify', { method: 'POST', body }, from(address));
      expect(response.status).toBe(200);
      order.push(name);
    };
    const many = ask('many', form, '10.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([
      many,
      ask('small', new Uint8Array(await plain(BLUE, 40, 30).png().toBuffer()), '10.0.0.2'),
      ask('large', large, '10.0.0.3'),
    ]);
    expect(order).toEqual(['small', 'large', 'many']);
  });

  it('tells the nets who asks, of a tensor as of an image', async () => {
    const callers: unknown[] = [];
    const classifier: Classifier = {
      ...colours,
      classify: (pixels, count, top, caller) => {
        callers.push(caller);
        return colours.classify(pixels, count, top);
      },
    };
    const app = createApp({ classifier });
    const data = Array(60).fill(9);
    const tensor = JSON.stringify({
      inputs: [{ name: 'images', shape: [1, 4, 5, 3], datatype: 'UINT8', data }],
    });
    for (const [path, body] of [
      ['/v1/classify', new Uint8Array(await plain().png().toBuffer())],
      ['/v2/models/colours/infer', tensor],
    ] as const) {
      expect((await app.request(path, { method: 'POST', body }, from('10.0.0.7'))).status).toBe(200);
    }
    expect(callers).toEqual(['address 10.0.0.7', 'address 10.0.0.7']);
  });

  it('knows large images by their outline, of each kind', async () => {
    for (const bytes of [
      await clear(2000, 1500).png().toBuffer(),
      await clear(2000, 1500).webp().toBuffer(),
      await clear(2000, 1500).webp({ lossless: true }).toBuffer(),
      await clear(2000, 1500).removeAlpha().webp().toBuffer(),
      manyScans(2000, 1500, 2),
    ]) {
      expect(isLarge(lookAt(bytes))).toBe(true);
    }
    for (const picture of [clear(77, 55), clear(77, 55).removeAlpha()]) {
      for (const made of [picture.clone().webp(), picture.clone().webp({ lossless: true })]) {
        const bytes = await made.toBuffer();
        expect(outline(bytes, 'webp').size).toEqual({ width: 77, height: 55 });
        expect(isLarge(lookAt(bytes))).toBe(false);
      }
    }
    expect(isLarge(lookAt(await plain(BLUE, 2000, 1500).jpeg().toBuffer()))).toBe(false);
  });
});
