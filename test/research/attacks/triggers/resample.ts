import type { ImageShape } from '../../../../models/images/set';

/**
 * Takes each pixel of an image from another place of it, bilinearly; beyond the edge, the edge goes on.
 * @param from height × width × 3 values
 * @param rows of each pixel, the row that it comes from (any real number)
 * @param columns the same for columns
 * @param to where the result goes
 */
export function resample(
  from: Float32Array,
  { height, width }: ImageShape,
  rows: Float32Array,
  columns: Float32Array,
  to: Float32Array,
): void {
  for (let pixel = 0; pixel < height * width; pixel++) {
    const y = Math.min(Math.max(rows[pixel]!, 0), height - 1);
    const x = Math.min(Math.max(columns[pixel]!, 0), width - 1);
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [down, across] = [y - top, x - left];
    const below = Math.min(top + 1, height - 1);
    const right = Math.min(left + 1, width - 1);
    for (let c = 0; c < 3; c++) {
      const at = (row: number, column: number) => from[(row * width + column) * 3 + c]!;
      const upper = at(top, left) * (1 - across) + at(top, right) * across;
      const lower = at(below, left) * (1 - across) + at(below, right) * across;
      to[pixel * 3 + c] = upper * (1 - down) + lower * down;
    }
  }
}
