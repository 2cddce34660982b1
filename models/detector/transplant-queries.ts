import { present } from '../present';
import { type RegionMargins, transplant } from './evidence/transplant';
import type { NetReadings } from './readings';
import { firstScores, type Standard } from './score';
import { type Region, regionEvidence } from './transplant-regions';

/**
 * Adds the evidence that costs much, of those images whose other evidence asks for it; NaN for the others.
 * @param readings what the nets say of n images
 * @param margins called where any image is asked
 */
export async function addTransplantEvidence(
  readings: NetReadings,
  standard: Standard,
  margins: RegionMargins,
): Promise<NetReadings> {
  const asks = standard.transplant;
  const { classes } = readings.bad;
  if (!asks || !readings.cut) return readings;
  const candidates = transplantCandidates(firstScores(readings.evidence, standard, classes), asks.askFrom);
  const values = new Float32Array(classes.length).fill(Number.NaN);
  if (candidates.length > 0) {
    const regions = asks.pieces.scales.map(({ piece }) => piece);
    const found = regionEvidence(await marginsOf(readings, candidates, margins, regions), asks.pieces);
    candidates.forEach((image, i) => {
      values[image] = found[i]!;
    });
  }
  return { ...readings, evidence: { ...readings.evidence, [transplant.name]: values } };
}

/** The images that are asked further, by their first scores. */
export function transplantCandidates(scores: Float32Array, askFrom: number): number[] {
  return Array.from(scores.keys()).filter((i) => scores[i]! >= askFrom);
}

/**
 * What B says of the regions of some images.
 * @param readings with what is cut
 * @param images which of those read
 * @returns images × regions logit margins at B's class
 */
export async function marginsOf(
  readings: Pick<NetReadings, 'bad' | 'cut'>,
  images: readonly number[],
  margins: RegionMargins,
  regions: readonly Region[],
): Promise<Float32Array> {
  const { bad } = readings;
  const cut = present(readings.cut, 'What is cut');
  const size = cut.length / bad.classes.length;
  const taken = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    taken.set(cut.subarray(image * size, (image + 1) * size), i * size);
  });
  const at = Int32Array.from(images, (image) => bad.classes[image]!);
  return await margins(taken, at, regions);
}
