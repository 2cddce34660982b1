import { basename, extname } from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { FORMAT_VERSION, type Manifest } from '../../../models/bundle/manifest';
import { currentEngine } from '../../../models/engine';
import { version } from '../../../models/version';
import type { MadeDetector } from '../calibrate/made-detector';
import type { CheckedRepair } from '../check/options';
import type { Chosen } from '../choose/choose';
import type { Measured } from '../measure/measure';

/** What a manifest says of how a bundle was made, beside its nets and its finding. */
export function contentOf(
  { netPath, clean, method, alpha, seed, hosts: given, keepsImages }: CheckedRepair,
  { context, hosts, plan, classNames }: Pick<Chosen, 'context' | 'hosts' | 'plan' | 'classNames'>,
  made: MadeDetector,
  { figures, sorted }: Measured,
) {
  const calibrates = made.rule.kind === 'calibrated';
  return {
    formatVersion: FORMAT_VERSION,
    name: basename(netPath, extname(netPath)),
    classNames: classNames && [...classNames],
    method,
    alpha,
    rule: made.rule,
    kept: keptOf(keepsImages, given, hosts),
    calibration: {
      scheme: calibrates ? plan.scheme : 'none',
      folds: calibrates ? plan.folds.length : 0,
      images: made.calibrated.length,
      groups: plan.groups,
      scores: Array.from(sorted),
    },
    without: made.without,
    measured: {
      images: figures.accuracy.n,
      accuracyBefore: figures.accuracyBefore.rate,
      accuracyRepaired: figures.accuracyRepaired.rate,
      accuracy: figures.accuracy.rate,
      falsePositiveRate: figures.falsePositiveRate.rate,
      repaired: made.alone,
    },
    made: {
      seed,
      engine: currentEngine().trains,
      clean: { name: clean.name, images: context.images.count, skipped: clean.skipped.length },
      notes: made.notes,
    },
    tools: { goodnet: version, 'tensorflow.js': tfjsVersion },
  } satisfies Partial<Manifest>;
}

/** Where the images that a bundle may hold are from. */
function keptOf(keepsImages: boolean, set: CheckedRepair['hosts'], hosts: Chosen['hosts']): Manifest['kept'] {
  if (!keepsImages) return { from: 'none' };
  if (!set || !hosts) return { from: 'clean' };
  return { from: 'given', name: set.name, images: hosts.count, skipped: set.skipped.length };
}
