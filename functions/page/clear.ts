import { encode } from 'fast-png';
import type { Size } from './shrink';

/** Of a picture that isn't opaque, the most pixels that are made a PNG: that holds the page up. */
export const MOST_CLEAR = 2 ** 22;

/** Whether nothing shines through. */
export function isOpaque(bitmap: ImageBitmap): boolean {
  const scale = Math.min(1, Math.sqrt(MOST_CLEAR / (bitmap.width * bitmap.height)));
  const width = Math.max(1, Math.floor(bitmap.width * scale));
  const height = Math.max(1, Math.floor(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) return false;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/**
 * A picture as a PNG of another size, with its alpha, and with its colours where it is clear, too: there a trigger may be.
 * @throws where this browser can't
 */
export async function clearPng(file: Blob, { width, height }: Size): Promise<Blob> {
  const data = await pixelsOf(file, { width, height });
  return new Blob([encode({ width, height, data, channels: 4 }) as Uint8Array<ArrayBuffer>]);
}

/** What is all clear, and yet has a colour. */
const HIDDEN = [200, 40, 90, 0];
let keeps: Promise<boolean> | undefined;

/** Whether this browser can read a picture's colours where it is clear, as another may that drops its alpha. It is tried, once. */
export function keepsClear(): Promise<boolean> {
  keeps ??= (async () => {
    const data = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => HIDDEN[i % 4]!);
    const png = encode({ width: 8, height: 8, data, channels: 4 }) as Uint8Array<ArrayBuffer>;
    const seen = await pixelsOf(new Blob([png]), { width: 4, height: 4 });
    return seen.every((value, i) => Math.abs(value - HIDDEN[i % 4]!) <= 1);
  })().catch(() => false);
  return keeps;
}

/**
 * RGBA as it is: a canvas to draw on multiplies colours with their alpha, and so forgets those that are clear; a texture
 * doesn't.
 */
async function pixelsOf(file: Blob, { width, height }: Size): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(file, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'high',
  });
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  try {
    if (!gl) throw new Error('There is no WebGL here');
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const pixels = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    if (gl.getError() !== gl.NO_ERROR) throw new Error('The picture is too large for WebGL here');
    return pixels;
  } finally {
    bitmap.close();
    gl?.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
