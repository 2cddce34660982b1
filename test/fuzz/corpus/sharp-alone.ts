/** Decodes the picture that it is sent with sharp alone, in the renderings that it has, and tells the processor time. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { Meter } from './meter';

sharp.cache(false);
sharp.concurrency(1);
const bytes = readFileSync(process.argv[2]!);
const meter = new Meter();
await meter.begin();
const { hasAlpha } = await sharp(bytes).metadata();
for (const background of hasAlpha ? ['#fff', '#000', '#888'] : ['#fff']) {
  await sharp(bytes)
    .autoOrient()
    .extract({ left: 0, top: 0, width: 5000, height: 5000 })
    .flatten({ background })
    .resize({ height: 40, width: 32, fit: 'fill' })
    .raw()
    .toBuffer();
}
process.send!(await meter.end());
process.disconnect();
