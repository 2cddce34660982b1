/**
 * `npm run bench lambda [BUNDLE [IMAGE]]`: the functions as they run on Lambda (AWS's own runtime client, Node.js 24, the
 * bundle from a real S3 server on this machine). Needs scripts/lambda-runtime.mjs and scripts/versitygw.mjs to have run.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { readManifest } from '../../models/bundle/read';
import { resolveBundle } from '../../models/store/folder';
import { hasRuntimeClient } from '../functions/lambda/instance';
import { hasS3Server } from '../s3-server';
import { benchBundle, imagesOrNoise } from './bundle';
import { measureLambda } from './lambda/measure';

const [named, image] = process.argv.slice(2);
if (!hasRuntimeClient || !hasS3Server) process.exit();
const bundle = await benchBundle(named);
const { input, classes } = await readManifest((await resolveBundle(bundle.store)).folder);
const bytes = image
  ? readFileSync(image)
  : await pngOf(await imagesOrNoise(bundle.images, input, classes, 1));
const figures = await measureLambda(bundle.store, bytes);
const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const mb = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
console.log(`zip: ${mb(figures.zip)} (goal ≤ 5 MB), with the image library ${mb(figures.zipWithImages)}`);
console.log(`start to first answer, a function that does nothing: ${ms(figures.emptyStart)}`);
console.log(
  `start to first verdict: ${ms(figures.coldStart)}; beyond that: ${ms(figures.coldStart - figures.emptyStart)} (goal ≤ 250 ms)`,
);
console.log(`a request: ${ms(figures.request.median)}, 99th percentile ${ms(figures.request.p99)}`);
console.log(`an upload: ${ms(figures.upload)}; an image of a backfill: ${ms(figures.backfill)}`);
const { coldStartProcessor: cold, emptyStartProcessor: empty } = figures;
console.log(
  `in time of one processor: start to first verdict beyond an empty function ${ms(cold - empty)} (${ms(empty)}), a request ${ms(figures.requestProcessor)}, an image of a backfill ${ms(figures.backfillProcessor)}`,
);
console.log(`resident: ${mb(figures.resident)}, at most ${mb(figures.most)} (goal ≤ 128 MB)`);

async function pngOf(pixels: Uint8Array): Promise<Buffer> {
  const { height, width } = input;
  return await sharp(Buffer.from(pixels), { raw: { height, width, channels: 3 } })
    .png()
    .toBuffer();
}
