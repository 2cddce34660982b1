/**
 * `npm run bench lambda [BUNDLE [IMAGE]]`: the functions as they run on Lambda (AWS's own runtime client, Node.js 24, the
 * bundle from a real S3 server on this machine). Needs scripts/lambda-runtime.mjs and scripts/versitygw.mjs to have run.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { readManifest } from '../../../models/bundle/read';
import { resolveBundle } from '../../../models/store/folder';
import { hasRuntimeClient } from '../../functions/lambda/instance';
import { hasS3Server } from '../../s3-server';
import { benchBundle, imagesOrNoise } from './bundle';
import { Figures } from './figures';
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
const { coldStartProcessor: cold, emptyStartProcessor: empty } = figures;
const table = new Figures();
table.add('zip', mb(figures.zip), '≤ 5 MB');
table.add('zip with the image library', mb(figures.zipWithImages));
table.add('start to first answer, a function that does nothing', ms(figures.emptyStart));
table.add('start to first verdict', ms(figures.coldStart));
table.add('start to first verdict, beyond that', ms(figures.coldStart - figures.emptyStart), '≤ 250 ms');
table.add('a request', ms(figures.request.median));
table.add('a request, 99th percentile', ms(figures.request.p99));
table.add('an upload', ms(figures.upload));
table.add('an image of a backfill', ms(figures.backfill));
table.add('processor time: a function that does nothing', ms(empty));
table.add('processor time: start to first verdict, beyond that', ms(cold - empty));
table.add('processor time: a request', ms(figures.requestProcessor));
table.add('processor time: an image of a backfill', ms(figures.backfillProcessor));
table.add('resident', mb(figures.resident));
table.add('resident, at most', mb(figures.most), '≤ 128 MB');
table.print();

async function pngOf(pixels: Uint8Array): Promise<Buffer> {
  const { height, width } = input;
  return await sharp(Buffer.from(pixels), { raw: { height, width, channels: 3 } })
    .png()
    .toBuffer();
}
