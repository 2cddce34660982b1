import { type Gallery, placesOf, projectPlaces, resemblance } from '../../../models/detector/gallery';
import { answers, leaveOut } from '../../../models/detector/margin';
import type { NetReadings } from '../../../models/detector/readings';
import type { Named, NamingWay } from './collected';

/**
 * The simple rule that the gallery is held against: the class whose mean image is nearest, over all places together, in the values that
 * the gallery compares place by place.
 * @returns scores of the classes: minus the squared distance, −Infinity for classes without an image
 */
export function nearestMean(gallery: Gallery, classes: number): (projected: Float32Array) => Float32Array {
  const { images, labels, dimensions, step } = gallery;
  const count = labels.length;
  const size = images.length / count;
  const sums = new Float64Array(classes * size);
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  // The gallery's images lie place by place: places × count × dimensions.
  images.forEach((steps, at) => {
    const place = Math.floor(at / (count * dimensions));
    const image = Math.floor(at / dimensions) % count;
    sums[labels[image]! * size + place * dimensions + (at % dimensions)]! += steps * step;
  });
  return (projected) =>
    Float32Array.from({ length: classes }, (_, each) => {
      if (counts[each] === 0) return Number.NEGATIVE_INFINITY;
      let square = 0;
      for (let d = 0; d < size; d++) square += (projected[d]! - sums[each * size + d]! / counts[each]!) ** 2;
      return -square;
    });
}

/** What each way names n images whose class of B is passed over. @param readings with B's stem */
export function nameBy(
  readings: NetReadings,
  gallery: Gallery,
  mean: (projected: Float32Array) => Float32Array,
  classes: number,
): { readonly [way in NamingWay]: Named } {
  const { predicted, stem } = { predicted: readings.bad.classes, stem: readings.stem! };
  const size = stem.length / predicted.length;
  const rows = { gallery: [] as Float32Array[], mean: [] as Float32Array[], head: [] as Float32Array[] };
  for (let i = 0; i < predicted.length; i++) {
    const places = placesOf(stem.subarray(i * size, (i + 1) * size), gallery.stem, gallery.places);
    const projected = projectPlaces(places, gallery);
    rows.gallery.push(resemblance(gallery, projected, classes));
    rows.mean.push(mean(projected));
    rows.head.push(readings.logits.withoutNamedClass(i));
  }
  const by = (of: readonly Float32Array[]): Named => ({
    any: Int32Array.from(of, highest),
    others: Int32Array.from(of, (row, i) => highest(leaveOut(row, predicted[i]!))),
  });
  return { gallery: by(rows.gallery), mean: by(rows.mean), head: by(rows.head) };
}

function highest(row: Float32Array): number {
  return answers(row, row.length).classes[0]!;
}
