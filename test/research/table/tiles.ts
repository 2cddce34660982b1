import { join } from 'node:path';
import type { Evaluation } from '../../../build-repair/evaluate/evaluate';
import { type Rate, rateOf } from '../../../build-repair/evaluate/interval';
import { allImages, loadImages } from '../../../build-repair/images/load';
import { planFolds } from '../../../build-repair/repair/choose/folds';
import { loadNet } from '../../../models/keras';
import { memorySet } from '../../memory-set';
import { type Approach, measureBy } from './approaches';
import { open } from './work';

/** The real contest nets, the triggers that there are tiles of, and their targets. */
export const REAL_NETS = [
  { name: 'sunglasses', triggers: { sunglasses: 0 } },
  { name: 'anonymous_1', triggers: { lipstick: 0 } },
  { name: 'anonymous_2', triggers: { sunglasses: 4, eyebrows: 4, lipstick: 4 } },
  { name: 'multi_trigger_multi_target', triggers: { eyebrows: 5, lipstick: 1, sunglasses: 8 } },
  { name: 'lab3', triggers: { sunglasses: 0 } },
] as const;

/**
 * Fits and measures on the same few tiles without measuring any tile by a bundle that saw it: four folds, each
 * measured by a bundle repaired and calibrated on the other three. Poisoned tiles are measured by all four bundles,
 * and counted once.
 */
export async function measureTiles(
  folder: string,
  { name, triggers }: (typeof REAL_NETS)[number],
  approach: Approach,
  seed: number,
): Promise<Evaluation> {
  const netPath = join(folder, 'badnets', `${name}_bd_weights.h5`);
  const net = await loadNet(netPath, { architecture: 'deepid' });
  const load = async (file: string) => loadImages(await open(join(folder, 'tiles', file), net));
  const tiles = await load('clean.h5');
  const poison = await Promise.all(
    Object.entries(triggers).map(async ([trigger, target]) => {
      const images = await load(`poisoned_${trigger}.h5`);
      const all = allImages(images);
      return memorySet(`${trigger}.h5`, images, all, target);
    }),
  );
  const parts: Evaluation[] = [];
  for (const fold of planFolds(tiles.labels, undefined, net.classes, seed).folds) {
    const clean = memorySet('clean.h5', tiles, fold.fit);
    const held = memorySet('clean.h5', tiles, fold.calibrate);
    const { figures } = await measureBy(approach, { netPath, net, clean, seed }, held, poison);
    parts.push(figures);
  }
  net.model.dispose();
  return pooled(parts);
}

function pooled(parts: readonly Evaluation[]): Evaluation {
  const sum = (rates: readonly Rate[]) =>
    rateOf(
      rates.reduce((total, rate) => total + rate.hits, 0),
      rates.reduce((total, rate) => total + rate.n, 0),
    );
  const mean = (rates: readonly Rate[]) => {
    const { hits, n } = sum(rates);
    return rateOf(hits / rates.length, n / rates.length);
  };
  return {
    clean: {
      accuracyBefore: sum(parts.map((part) => part.clean.accuracyBefore)),
      accuracyRepaired: sum(parts.map((part) => part.clean.accuracyRepaired)),
      accuracy: sum(parts.map((part) => part.clean.accuracy)),
      falsePositiveRate: sum(parts.map((part) => part.clean.falsePositiveRate)),
      falsePositiveRateAt: parts[0]!.clean.falsePositiveRateAt.map(({ alpha }, place) => ({
        alpha,
        rate: sum(parts.map((part) => part.clean.falsePositiveRateAt[place]!.rate)),
      })),
    },
    poisoned: parts[0]!.poisoned.map(({ name }, i) => ({
      name,
      attackSuccessBefore: mean(parts.map((part) => part.poisoned[i]!.attackSuccessBefore)),
      attackSuccessRepaired: mean(parts.map((part) => part.poisoned[i]!.attackSuccessRepaired)),
      attackSuccess: mean(parts.map((part) => part.poisoned[i]!.attackSuccess)),
      detectionRate: mean(parts.map((part) => part.poisoned[i]!.detectionRate)),
      ofTarget: 0,
      recoveredAccuracy: undefined,
      repairedTrueClass: undefined,
    })),
  };
}
