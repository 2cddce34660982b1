import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import type { Classifier } from '../../functions/classifier';
import { manyAnswersSchema, oneAnswerSchema } from '../../functions/schemas';
import { BLUE, colours, plain, WHITE } from './stand-in';

const place = { x: 1, y: 0, width: 2, height: 3, sureness: 0.75 };

/** An app whose net is asked for places, and what it was asked of. */
function asking(told: typeof place | undefined = place) {
  const asked: Uint8Array[] = [];
  const classifier: Classifier = {
    ...colours,
    alphas: { least: 0.0005, most: 0.5 },
    async locate(pixels) {
      asked.push(pixels);
      return told;
    },
  };
  return { app: createApp({ classifier }), asked };
}

const [white, blue] = await Promise.all([WHITE, BLUE].map((colour) => plain(colour).png().toBuffer()));
const ask = async (app: ReturnType<typeof createApp>, query: string, body = white!) => {
  const response = await app.request(`/v1/classify${query}`, {
    method: 'POST',
    body: new Uint8Array(body),
  });
  return oneAnswerSchema.strict().parse(await response.json());
};

describe('the place of a trigger', () => {
  it('is told of a flagged picture, by ?detail=1 and more', async () => {
    const { app, asked } = asking();
    expect((await ask(app, '?detail=1')).place).toEqual(place);
    expect((await ask(app, '?detail=3')).place).toEqual(place);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual(new Uint8Array(4 * 5 * 3).fill(255));
  });

  it('is not looked for where nobody asked, or the picture is not flagged at the rate that was asked for', async () => {
    const { app, asked } = asking();
    for (const query of ['', '?detail=0', '?detail=1&alpha=0.0005']) {
      expect(await ask(app, query)).not.toHaveProperty('place');
    }
    expect(await ask(app, '?detail=1', blue)).not.toHaveProperty('place');
    expect(asked).toHaveLength(0);
    expect((await ask(app, '?detail=1&alpha=0.5', blue)).place).toEqual(place);
  });

  it('is left out where it can’t be told, or nothing can tell it', async () => {
    const { app } = asking();
    const nowhere: Classifier = { ...colours, locate: async () => undefined };
    for (const classifier of [nowhere, colours]) {
      const answer = await ask(createApp({ classifier }), '?detail=1');
      expect(answer.backdoored).toBe(true);
      expect(answer).not.toHaveProperty('place');
    }
    expect((await ask(app, '?detail=1')).place).toEqual(place);
  });

  it('is looked for in the first eight flagged pictures of a request', async () => {
    const { app, asked } = asking();
    const form = new FormData();
    for (let i = 0; i < 12; i++) {
      form.append('images', new Blob([new Uint8Array(i % 6 === 0 ? blue! : white!)]), `${i}.png`);
    }
    const response = await app.request('/v1/classify?detail=1', { method: 'POST', body: form });
    const { results } = manyAnswersSchema.parse(await response.json());
    const having = results.flatMap((each, i) => ('place' in each && each.place ? [i] : []));
    expect(having).toEqual([1, 2, 3, 4, 5, 7, 8, 9]);
    expect(asked).toHaveLength(8);
  });

  it('is that in the rendering which the verdict is on', async () => {
    const { app, asked } = asking();
    const clear = await plain().ensureAlpha(0).png().toBuffer();
    const answer = await ask(app, '?detail=1', clear);
    expect(answer).toMatchObject({ rendering: 'on-white', place });
    expect(asked.map((pixels) => Uint8Array.from(pixels))).toEqual([new Uint8Array(4 * 5 * 3).fill(255)]);
  });
});
