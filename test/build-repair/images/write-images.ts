import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A PNG of one colour. */
export function plainPng(
  [r, g, b]: readonly [number, number, number],
  width = 5,
  height = 4,
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** Writes files, `class/name.png`: content, below a folder; gives the folder. */
export function writeFiles(folder: string, files: Record<string, Uint8Array | string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
