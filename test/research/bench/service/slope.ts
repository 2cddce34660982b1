/** Resident memory at a time. */
interface Point {
  readonly minute: number;
  /** In units of 10⁶ bytes. */
  readonly mb: number;
}

/** Memory that rises by less a minute is flat: a day of it would be under what the service begins with. */
const MOST_SLOPE = 0.5;
/** What may come and go at any time, in MB: a slope within it is none. */
const MOST_RISE = 5;

/** The least-squares slope, in MB a minute. */
export function slopeOf(points: readonly Point[]): number {
  const count = points.length;
  const x = points.reduce((sum, { minute }) => sum + minute, 0) / count;
  const y = points.reduce((sum, { mb }) => sum + mb, 0) / count;
  let up = 0;
  let along = 0;
  for (const { minute, mb } of points) {
    up += (minute - x) * (mb - y);
    along += (minute - x) ** 2;
  }
  return along === 0 ? 0 : up / along;
}

/** Whether memory stays: it rises by little a minute, or by little over all. */
export function isFlat(points: readonly Point[]): boolean {
  const slope = slopeOf(points);
  const minutes = points.length === 0 ? 0 : points.at(-1)!.minute - points[0]!.minute;
  return slope <= MOST_SLOPE || slope * minutes <= MOST_RISE;
}
