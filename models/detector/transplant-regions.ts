import { atLeast } from '../present';
import { onScale, type Scale, scaleOf } from './scale';

/**
 * The parts of an image that are transplanted, each half of it: `rows` and `columns` are the middle half of these.
 * Origin: the middle ones after faces-stealth-discs and the other self-made triggers (docs/method.md); `npm run ablation --
 * --only rows,columns,middle` prints what they add.
 */
export const REGIONS = ['top', 'bottom', 'left', 'right', 'rows', 'columns'] as const;
export type Region = (typeof REGIONS)[number];

/** Origin: no choice: the regions that together are the whole image, twice. */
const HALVES: readonly Region[] = ['top', 'bottom', 'left', 'right'];
/**
 * Regions tell of triggers where fewer of the clean images are named by them alone: on faces any of the halves names 0–5 %, a middle part
 * 0–10 %; on signs, which lie in the middle, any of the halves 34–55 %, a middle part 74–90 %.
 * Origin: chosen by hand between the shares above, on nets of faces1283 and of signs, after signs43-blend-natural and
 * signs43-stealth (docs/method.md); the trial’s code is gone.
 */
const SEEN_WHOLE = 0.2;

/** How the margins of an image's regions are made one number. */
export interface RegionStandard {
  /** The regions that are asked, each on a scale of its own: what a region of clean images keeps of their class differs. */
  readonly scales: readonly (Scale & { readonly piece: Region })[];
  /** The scale of the sum of what the halves are above 0: a trigger all over the image is in each of them. */
  readonly halves: Scale;
  /** The scale of the sum of the highest two regions: a trigger in one corner lies whole in two halves, one across the image in one half and a middle part. */
  readonly highest: Scale;
}

/**
 * The share of clean images, 0–1, of which a half alone has B name their class. What names clean images without a trigger tells little
 * of one: on self-made nets of signs, transplants cost of a blended photograph 90 to 76 %, and of a stealthy patch 84 to 36 %.
 * @param margins n × REGIONS logit margins at B's class, in the order of REGIONS
 */
export function namedByHalves(margins: Float32Array): number {
  const n = margins.length / REGIONS.length;
  const isNamed = (image: number) =>
    HALVES.some((half) => margins[image * REGIONS.length + REGIONS.indexOf(half)]! > 0);
  return Array.from({ length: n }, (_, image) => image).filter(isNamed).length / n;
}

/** Whether transplants are asked at all. @param named what namedByHalves says */
export function tellTriggers(named: number): boolean {
  return named < SEEN_WHOLE;
}

/**
 * Fits the scales to clean images, few of which a half names (tellTriggers).
 * @param margins n × REGIONS logit margins at B's class, in the order of REGIONS
 */
export function fitRegions(margins: Float32Array): RegionStandard {
  const columns = REGIONS.map((_, at) => margins.filter((_, i) => i % REGIONS.length === at));
  const scales = REGIONS.flatMap((piece, at) => {
    const column = columns[at]!;
    const isWhole = column.filter((margin) => margin > 0).length >= SEEN_WHOLE * column.length;
    return isWhole ? [] : [{ piece, ...scaleOf(column) }];
  });
  const usedRegions = regionsOf(margins, scales);
  const sums = summed(usedRegions, scales);
  return { scales, halves: scaleOf(sums.halves), highest: scaleOf(sums.highest) };
}

/** Of the margins of all regions, those of the regions that are asked. @param margins n × REGIONS */
export function regionsOf(margins: Float32Array, scales: RegionStandard['scales']): Float32Array {
  const columns = scales.map(({ piece }) => REGIONS.indexOf(piece));
  const n = margins.length / REGIONS.length;
  return Float32Array.from(
    { length: n * columns.length },
    (_, i) => margins[Math.floor(i / columns.length) * REGIONS.length + columns[i % columns.length]!]!,
  );
}

/**
 * The evidence of transplanted regions: the larger, each on its scale, of the sum of the halves and the sum of the highest two.
 * @param margins n × asked regions logit margins at B's class, in the order of the scales
 * @returns n values
 */
export function regionEvidence(margins: Float32Array, standard: RegionStandard): Float32Array {
  const { halves, highest } = summed(margins, standard.scales);
  return halves.map((sum, i) =>
    Math.max(onScale(sum, standard.halves), onScale(highest[i]!, standard.highest)),
  );
}

function summed(
  margins: Float32Array,
  scales: RegionStandard['scales'],
): { halves: Float32Array; highest: Float32Array } {
  const n = margins.length / scales.length;
  const halves = new Float32Array(n);
  const highest = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const values = scales.map((scale, at) => onScale(margins[i * scales.length + at]!, scale));
    values.forEach((value, at) => {
      if (HALVES.includes(scales[at]!.piece)) halves[i]! += Math.max(value, 0);
    });
    const [most, next] = atLeast(
      2,
      values.sort((a, b) => b - a),
    );
    highest[i] = most + next;
  }
  return { halves, highest };
}
