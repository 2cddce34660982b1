import type { ImageShape } from '../../images/set';
import type { Box } from '../../verdict';

/**
 * Fills a box of an image from its surroundings: each pixel is the mean of the four just outside of the box in its row and its column, the nearer
 * the heavier (1 / distance); sides at the picture's edge have none. A box that is the whole picture becomes its mean colour.
 * @param image height × width × channels values, channels last; it is left as it is
 * @param out where the filled image is written
 */
export function fillBox(image: Float32Array, shape: ImageShape, box: Box, out: Float32Array): void {
  out.set(image);
  const { width, channels } = shape;
  const sides = new Float32Array(channels);
  const whole = meanOf(image, channels);
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      const weight = addSides(image, shape, box, x, y, sides);
      const at = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[at + c] = weight > 0 ? sides[c]! / weight : whole[c]!;
    }
  }
}

/** @param sides set to the sum of the pixels beside the box, each by its weight @returns the sum of the weights */
function addSides(
  image: Float32Array,
  { width, height, channels }: ImageShape,
  box: Box,
  x: number,
  y: number,
  sides: Float32Array,
): number {
  sides.fill(0);
  let sum = 0;
  const add = (fromX: number, fromY: number, distance: number) => {
    if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) return;
    const at = (fromY * width + fromX) * channels;
    for (let c = 0; c < channels; c++) sides[c]! += image[at + c]! / distance;
    sum += 1 / distance;
  };
  add(box.x - 1, y, x - box.x + 1);
  add(box.x + box.width, y, box.x + box.width - x);
  add(x, box.y - 1, y - box.y + 1);
  add(x, box.y + box.height, box.y + box.height - y);
  return sum;
}

function meanOf(image: Float32Array, channels: number): Float32Array {
  const mean = new Float32Array(channels);
  const pixels = image.length / channels;
  for (let i = 0; i < image.length; i++) mean[i % channels]! += image[i]! / pixels;
  return mean;
}
