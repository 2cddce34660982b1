import { type ImageShape, imageSize } from '../set';

/** From 1 (grey) or 3 (RGB) channels, an alpha channel aside, to those of the net. */
export function toChannels(data: Uint8Array, has: number, shape: ImageShape): Uint8Array {
  const colours = has >= 3 ? 3 : 1;
  if (has === shape.channels) return data;
  const pixels = new Uint8Array(imageSize(shape));
  const spots = shape.height * shape.width;
  for (let i = 0; i < spots; i++) {
    const from = i * has;
    if (colours === shape.channels) {
      for (let c = 0; c < colours; c++) pixels[i * colours + c] = data[from + c]!;
    } else if (colours === 1) {
      pixels.fill(data[from]!, i * shape.channels, (i + 1) * shape.channels);
    } else {
      pixels[i] = (299 * data[from]! + 587 * data[from + 1]! + 114 * data[from + 2]! + 500) / 1000;
    }
  }
  return pixels;
}
