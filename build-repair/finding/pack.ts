import type { MemoryFile } from '../../models/bundle/artifacts';
import type { Manifest } from '../../models/bundle/manifest';
import type { ImageShape } from '../../models/images/set';
import { triggerPng } from './trigger-png';
import type { Finding } from './types';

/** The finding as a bundle keeps it: a field of the manifest, and a picture of each pattern that was recovered. */
export async function packFinding(
  { backdoored, score, limit, tried, targets }: Finding,
  shape: ImageShape,
): Promise<{ files: MemoryFile[]; field: NonNullable<Manifest['finding']> }> {
  const files = await Promise.all(
    targets.map(async (target) => ({
      path: `finding/pattern-${target.class}.png`,
      bytes: await triggerPng(target, shape),
    })),
  );
  return {
    files,
    field: {
      backdoored,
      score,
      limit,
      tried: tried.length,
      targets: targets.map((target, i) => ({
        class: target.class,
        rate: target.rate,
        level: target.level,
        score: target.score,
        signature: target.signature,
        standsOut: target.scores.largest,
        area: target.area,
        trigger: files[i]!.path,
      })),
    },
  };
}
