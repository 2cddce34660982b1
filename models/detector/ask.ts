import { firstScores, type Standard } from './evidence';
import type { NetReadings } from './nets';
import { pieceEvidence } from './pieces';
import { type LoadedTransplant, transplantMargins } from './transplant';

/**
 * Adds the evidence that costs much, of those images whose other evidence asks for it; NaN for the others.
 * @param readings what the nets say of n images
 * @param transplant called where any image is asked
 */
export async function askFurther(
  readings: NetReadings,
  standard: Standard,
  transplant: () => LoadedTransplant,
): Promise<NetReadings> {
  const { second } = standard;
  const n = readings.bad.classes.length;
  if (!second || !readings.cut) return readings;
  const scores = firstScores(readings.evidence, standard, n);
  const asked = Array.from(scores.keys()).filter((i) => scores[i]! >= second.askFrom);
  const values = new Float32Array(n).fill(Number.NaN);
  if (asked.length > 0) {
    const size = readings.cut.length / n;
    const cut = new Float32Array(asked.length * size);
    asked.forEach((image, i) => {
      cut.set(readings.cut!.subarray(image * size, (image + 1) * size), i * size);
    });
    const at = Int32Array.from(asked, (image) => readings.bad.classes[image]!);
    const pieces = second.pieces.scales.map(({ piece }) => piece);
    const found = pieceEvidence(await transplantMargins(transplant(), cut, at, pieces), second.pieces);
    asked.forEach((image, i) => {
      values[image] = found[i]!;
    });
  }
  return { ...readings, evidence: { ...readings.evidence, transplant: values } };
}
