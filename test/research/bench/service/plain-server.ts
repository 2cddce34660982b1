/**
 * A peer of the benchmark, `plain-server.ts STORE [--threads 1] [--without-nets]`: node:http, sharp and onnxruntime-node as
 * one would put them together, an image at a time.
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { Verdict } from '../../../../models/verdict';
import { openPeerDetector } from './peer-detector';
import { servePictures } from './peer-http';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' }, 'without-nets': { type: 'boolean', default: false } },
});
const detector = await openPeerDetector(positionals[0]!, Number(values.threads));
const { height, width } = detector.shape;

servePictures(async (picture) => {
  const pixels = await sharp(picture).autoOrient().resize({ height, width, fit: 'fill' }).raw().toBuffer();
  return detector.answerOf(await verdictOn(pixels));
});

let first: Promise<Verdict> | undefined;

/** Without nets, that of the first image. */
function verdictOn(pixels: Uint8Array): Promise<Verdict> {
  const read = async () => (await detector.classify(pixels, 1))[0]!;
  if (!values['without-nets']) return read();
  first ??= read();
  return first;
}
