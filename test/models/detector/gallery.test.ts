import { describe, expect, test } from 'vitest';
import {
  type Gallery,
  placesFor,
  placesOf,
  projectPlaces,
  resemblance,
} from '../../../models/detector/gallery';
import { lookUp } from '../../../models/detector/look-up';
import { topAnswers } from '../../../models/detector/margin';
import type { NetReadings } from '../../../models/detector/readings';
import { Random } from '../../../models/random';

const classes = 4;
const places = 6;
const dimensions = 5;
const labels = Int32Array.of(0, 0, 1, 1, 2, 2);

function gallery(): { gallery: Gallery; values: number[][] } {
  const random = new Random(4);
  const values = Array.from(labels, () =>
    Array.from({ length: places * dimensions }, () => Math.round(random.uniform(-90, 90))),
  );
  const images = new Int8Array(labels.length * places * dimensions);
  values.forEach((image, i) => {
    image.forEach((value, at) => {
      const place = Math.floor(at / dimensions);
      images[(place * labels.length + i) * dimensions + (at % dimensions)] = value;
    });
  });
  const made = {
    stem: [2, 3, dimensions] as const,
    places: [2, 3] as const,
    dimensions,
    projections: new Float32Array(places * dimensions * dimensions),
    centres: new Float32Array(places * dimensions),
    step: 0.05,
    images,
    labels,
    temperature: 2,
  };
  return { gallery: made, values };
}

/** The same by plain arithmetic, nothing left away for being small. */
function expected(values: number[][], query: Float32Array, step: number, isLeftOut = (_: number) => false) {
  const odds = values.map(() => 1);
  const entries = values.flatMap((_, i) => (isLeftOut(i) ? [] : [i]));
  for (let place = 0; place < places; place++) {
    const near = entries.map((i) => {
      let sum = 0;
      for (let d = place * dimensions; d < (place + 1) * dimensions; d++)
        sum += (Math.round(query[d]! / step) * step - values[i]![d]! * step) ** 2;
      return Math.exp(-sum / 2);
    });
    const total = near.reduce((a, b) => a + b, 0);
    entries.forEach((i, at) => {
      odds[i]! *= 1 + (values.length * near[at]!) / total;
    });
  }
  return Array.from({ length: classes }, (_, label) =>
    Math.log(Math.max(0, ...entries.filter((i) => labels[i] === label).map((i) => odds[i]!))),
  );
}

describe('the gallery', () => {
  test('ends where a stem’s values hardly differ, and a step is next to nothing', () => {
    const { gallery: made, values } = gallery();
    for (const step of [1e-5, 1e-9, 1e-30, 0]) {
      const query = Float32Array.from(values[2]!, (value) => value * step);
      const scores = resemblance({ ...made, step, temperature: 1 }, query, classes);
      const odds = step > 1e-8 ? expected(values, query, step) : undefined;
      // Distances of next to nothing tell nothing: each image is as near as the next.
      for (let each = 0; each < 3; each++) {
        expect(scores[each]).toBeCloseTo(odds?.[each] ?? places * Math.log(2), 3);
      }
      expect(scores[3]).toBe(Number.NEGATIVE_INFINITY);
    }
  });

  test('averages a stem over places of about the same size', () => {
    const stem = Float32Array.from({ length: 3 * 4 * 2 }, (_, i) => i);
    const averaged = placesOf(stem, [3, 4, 2], [1, 2]);
    // Columns 0–1 and 2–3 of all three rows, channel by channel.
    expect(Array.from(averaged)).toEqual([9, 10, 13, 14].map((value) => expect.closeTo(value, 4)));
    expect(placesFor({ height: 12, width: 10 })).toEqual([5, 4]);
    expect(placesFor({ height: 1, width: 2 })).toEqual([1, 1]);
  });

  test('projects each place by its own directions', () => {
    const projected = projectPlaces(Float32Array.of(1, 2, 3, 4), {
      stem: [1, 2, 2],
      dimensions: 1,
      projections: Float32Array.of(1, 10, 100, 1000),
      centres: Float32Array.of(1, 0),
    });
    expect(Array.from(projected)).toEqual([20, 4300]);
  });

  test('tells classes by what plain arithmetic gives, and images can be left out', () => {
    const { gallery: made, values } = gallery();
    const random = new Random(9);
    for (const owner of [0, 3, 5]) {
      const query = Float32Array.from(values[owner]!, (value) => (value + random.normal() * 6) * made.step);
      for (const isLeftOut of [(_: number) => false, (entry: number) => entry === owner]) {
        const found = resemblance(made, query, classes, isLeftOut);
        const wanted = expected(values, query, made.step, isLeftOut);
        wanted.forEach((value, label) => {
          if (Number.isFinite(value)) expect(found[label]).toBeCloseTo(value / made.temperature, 1);
          else expect(found[label]).toBe(Number.NEGATIVE_INFINITY);
        });
      }
      expect(resemblance(made, query, classes).indexOf(Math.max(...resemblance(made, query, classes)))).toBe(
        labels[owner],
      );
    }
  });

  test('still knows an image that is hidden in half of its places, whatever lies there', () => {
    const { gallery: made, values } = gallery();
    for (const [owner, image] of values.entries()) {
      const hidden = Float32Array.from(image, (value, at) =>
        at < (places / 2) * dimensions ? 900 : value * made.step,
      );
      const scores = resemblance(made, hidden, classes);
      expect(scores.indexOf(Math.max(...scores))).toBe(labels[owner]);
    }
  });

  test('names what an image shows; beyond every clean image, never what B says', () => {
    const { gallery: made, values } = gallery();
    // Projections that leave places as they are.
    for (let at = 0; at < places * dimensions; at++)
      made.projections[at * dimensions + (at % dimensions)] = 1;
    const stem = Float32Array.from(values[2]!, (value) => value * made.step);
    const nothing = (_: number) => new Float32Array(classes);
    const readings = {
      bad: { classes: Int32Array.of(1, 1, 1), probabilities: new Float32Array(3) },
      stem: Float32Array.from([...stem, ...stem, ...stem]),
      logits: { bad: nothing, repaired: nothing, withoutNamedClass: nothing },
    } as unknown as NetReadings;
    const asked = lookUp(readings, made, [0, 2], classes, { isRuledOut: (image) => image === 2 });
    const predicted = (image: number) => topAnswers(asked.logits.withoutNamedClass(image), 1)[0]!.class;
    expect(predicted(0)).toBe(1);
    expect(predicted(2)).not.toBe(1);
    // It was not to be looked up.
    expect(Array.from(asked.logits.withoutNamedClass(1))).toEqual([0, 0, 0, 0]);
  });
});
