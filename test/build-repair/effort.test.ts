import { beforeAll, expect, it } from 'vitest';
import { effortFor, scaledTo } from '../../build-repair/effort';
import { repairSteps } from '../../build-repair/repair/plan';
import { startEngine } from '../../models/engine';
import { multiplyAddsOf } from '../../models/nets/cut';
import { branchedNet } from '../small-nets';

beforeAll(() => startEngine({ engine: 'wasm' }));

it('a small net gets the full effort', () => {
  const net = branchedNet(5);
  expect(multiplyAddsOf(net)).toBeGreaterThan(1000);
  expect(effortFor(net)).toBe(1);
  net.dispose();
});

it.each([
  [undefined, 8],
  [1, 8],
  [0.5, 4],
  [0.01, 2],
])('at an effort of %s eight are %i', (effort, expected) => {
  expect(scaledTo(effort, 8, 2)).toBe(expected);
});

it('the plan of a large net is of the same steps, costs less, and its first pass tells how long all takes', () => {
  const work = {
    ...{ method: 'expert' as const, images: 1000, classes: 20, grouped: false },
    ...{ pixels: false, finding: true, unlabelled: 0 },
  };
  const [small, large] = [undefined, 0.13].map((effort) => repairSteps({ ...work, effort }));
  expect(large!.map(({ name }) => name)).toEqual(small!.map(({ name }) => name));
  const cost = (steps = small) =>
    steps!.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.cost, 0);
  expect(cost(large)).toBeLessThan(cost() / 3);
  const telling = large!.flatMap(({ parts }) => parts).filter(({ tells }) => tells);
  expect(telling.map(({ stage }) => stage)).toEqual(['Running the net over the clean images']);
});
