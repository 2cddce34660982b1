/**
 * `npm run soak [-- --minutes 10] [--store BUNDLE]`: `goodnet serve` at full load, and its resident memory by minute. The
 * images are JPEGs and PNGs of the net's size, larger ones that sharp decodes, and damaged ones. Ends with exit code 1
 * where memory is not flat. Linux only.
 */
import sharp from 'sharp';
import { Random } from '../../../models/random';
import { readArgs } from '../../command-line';
import { benchBundle } from './bundle';
import { jpegs } from './service/images';
import { load } from './service/load';
import { startGoodnet } from './service/process';
import { isFlat, slopeOf } from './service/slope';

const CONNECTIONS = 64;
const IMAGES = 128;
const SECONDS = 5;

const { values } = readArgs(import.meta.filename, {
  minutes: { type: 'string', default: '10' },
  store: { type: 'string' },
});
const minutes = Number(values.minutes);
if (!(minutes >= 1)) {
  console.error('--minutes is how long to load the service: 1 or more.');
  process.exit(2);
}
const { store, images } = await benchBundle(values.store);
const bodies = await mixed(await jpegs(store, images, IMAGES));
const server = await startGoodnet(store);
const resident: { readonly minute: number; readonly mb: number }[] = [];
let answered = 0;
try {
  const begun = performance.now();
  const minute = () => (performance.now() - begun) / 60_000;
  let told = 0;
  while (minute() < minutes) {
    const options = { connections: CONNECTIONS, seconds: SECONDS, refusals: true };
    answered += SECONDS * (await load(`${server.url}/v1/classify`, bodies, options)).perSecond;
    resident.push({ minute: minute(), mb: server.residentMb() });
    if (Math.floor(minute()) <= told) continue;
    told = Math.floor(minute());
    const last = resident.filter((each) => each.minute > told - 1).map(({ mb }) => mb);
    console.log(`minute ${told}: ${mean(last).toFixed(0)} MB, at most ${Math.max(...last).toFixed(0)}`);
  }
} finally {
  await server.stop();
}
// The first fifth is the warming up.
const settled = resident.filter(({ minute }) => minute > minutes / 5);
const slope = slopeOf(settled);
const flat = isFlat(settled);
console.log(
  `${Math.round(answered)} answers; ${slope.toFixed(2)} MB a minute after the first fifth: ${flat ? 'flat' : 'NOT flat'}`,
);
if (!flat) process.exitCode = 1;

/** Of four images one is a PNG, one large, and one of eight is damaged. */
async function mixed(plain: readonly Buffer[]): Promise<Buffer[]> {
  const random = new Random(1);
  return await Promise.all(
    plain.map(async (jpeg, i) => {
      if (i % 4 === 1) return await sharp(jpeg).png().toBuffer();
      if (i % 4 === 2) return await sharp(jpeg).resize(250, 250, { fit: 'fill' }).jpeg().toBuffer();
      if (i % 8 !== 3) return jpeg;
      const damaged = Buffer.from(jpeg);
      for (let k = 0; k < 8; k++) damaged[random.int(jpeg.length)] = random.int(256);
      return damaged;
    }),
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
