import type { Hono } from 'hono';
import sharp, { type Sharp } from 'sharp';
import { createApp } from '../../functions/app';
import type { Classifier } from '../../functions/classifier';
import type { Limits } from '../../functions/limits';
import type { Verdict } from '../../models/verdict';

/** A classifier of three colours, which holds pure white for a trigger. */
export const colours: Classifier = {
  model: 'colours',
  id: 'ab'.repeat(32),
  classes: 3,
  classNames: ['red', 'green', 'blue'],
  input: { height: 4, width: 5, channels: 3 },
  alpha: 0.01,
  classify: async (pixels, count) =>
    Array.from({ length: count }, (_, i): Verdict => {
      const first = (i * pixels.length) / count;
      const colour = [...pixels.subarray(first, first + 3)];
      const strongest = colour.indexOf(Math.max(...colour));
      const backdoored = colour.every((value) => value === 255);
      return {
        class: backdoored ? 3 : strongest,
        backdoored,
        pValue: backdoored ? 0.001 : 0.5,
        suspicion: backdoored ? 9 : 0,
        answer: { class: strongest, probability: 1 },
        bad: { class: strongest, probability: 1 },
        repaired: { class: strongest, probability: 0.75 },
      };
    }),
};

export const BLUE = { r: 10, g: 20, b: 200 };
export const WHITE = { r: 255, g: 255, b: 255 };

/** A picture of one colour. */
export function plain(background = BLUE, width = 5, height = 4): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** An app whose classifier waits to be let go on. */
export function held(limits: Partial<Limits> = {}): { app: Hono; begins: Promise<void>; letGo: () => void } {
  let letGo = () => {};
  let begun = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const classifier: Classifier = {
    ...colours,
    async classify(pixels, count) {
      begun();
      await gate;
      return await colours.classify(pixels, count);
    },
  };
  return { app: createApp({ classifier, limits }), begins, letGo };
}
