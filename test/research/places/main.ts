/**
 * `npm run places [NAME…] [-- --images 100]`: where the trigger is in an image, as GoodNet.locate tells it, held against its true pixels. Of each set so many
 * images are asked, evenly spread; poisoned ones count where the attack works: B names another class than what they show. A name may be the beginning of one
 * (`cifar10`). Markdown.
 */

import { fillBox } from '../../../models/detector/locate/fill';
import { locate } from '../../../models/detector/locate/locate';
import { answers } from '../../../models/detector/margin';
import type { DetectorNets } from '../../../models/detector/nets';
import { imageTensor, toLogitsBy } from '../../../models/detector/run';
import { viewer } from '../../../models/detector/test-time-views';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { readArgs } from '../../command-line';
import { markdown, section } from '../../markdown';
import { overlapOf } from './overlap';
import { PLACE_CASES, type PlaceCase } from './sets';

const { values, positionals } = readArgs(import.meta.filename, {
  images: { type: 'string', default: '100' },
});
const most = Number(values.images);

/** What came of one image. */
interface LocatedImage {
  readonly seconds: number;
  /** Share of the picture that the box takes; undefined where no place was told. */
  readonly area?: number;
  readonly iou?: number;
  readonly covered?: number;
  readonly hits?: boolean;
  /** Whether B names what the image shows once the box is filled. */
  readonly isRight?: boolean;
}

async function measure({ net, isClean, load }: PlaceCase): Promise<LocatedImage[]> {
  const loaded = await loadNet(net);
  const bad = toLogits(loaded.model);
  const { inputShape: shape, classes } = loaded;
  const nets = { shape, classes, bad, pixels: { kind: '0-1' } } satisfies Partial<DetectorNets>;
  const logits = toLogitsBy(bad, (rows, n) => imageTensor(rows, n, shape, nets.pixels));
  const predicted = async (image: Float32Array) => answers(await logits(image, 1), classes).classes[0]!;
  const images = await load(shape, classes);
  const told: LocatedImage[] = [];
  const asked = Math.min(most, images.count);
  for (let k = 0; k < asked; k++) {
    const index = Math.floor(((k + 0.5) * images.count) / asked);
    const pixels = images.at(index);
    const shows = images.trueLabel(index);
    if (!isClean && (await predicted(pixels)) === shows) continue;
    const start = performance.now();
    const { place } = await locate(viewer(nets), pixels);
    const seconds = (performance.now() - start) / 1000;
    if (!place) {
      told.push({ seconds });
      continue;
    }
    const filled = new Float32Array(pixels.length);
    fillBox(pixels, shape, place, filled);
    told.push({
      seconds,
      area: (place.width * place.height) / (shape.width * shape.height),
      isRight: (await predicted(filled)) === shows,
      ...(images.maskOf && overlapOf(place, images.maskOf(index, pixels), shape.width)),
    });
  }
  bad.dispose();
  loaded.model.dispose();
  return told;
}

function rowOf(name: string, told: readonly LocatedImage[]): string[] {
  const placed = told.filter(({ area }) => area !== undefined);
  const share = (count: number, of: number) => (of === 0 ? '' : ((100 * count) / of).toFixed(0));
  const masked = placed.filter(({ iou }) => iou !== undefined);
  const ofMasked = (value: (each: LocatedImage) => number, digits: number) =>
    masked.length === 0 ? '' : median(masked.map(value)).toFixed(digits);
  return [
    name,
    String(told.length),
    share(placed.length, told.length),
    placed.length === 0 ? '' : (100 * median(placed.map(({ area }) => area!))).toFixed(1),
    masked.length === 0 ? '' : share(masked.filter(({ hits }) => hits).length, masked.length),
    ofMasked(({ iou }) => iou!, 2),
    ofMasked(({ covered }) => 100 * covered!, 0),
    share(placed.filter(({ isRight }) => isRight).length, placed.length),
    (told.reduce((sum, { seconds }) => sum + seconds, 0) / told.length).toFixed(2),
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const engine = await startEngine();
const chosen = PLACE_CASES.filter(
  ({ name }) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)),
);
const rows: string[][] = [];
for (const each of chosen) {
  const row = rowOf(each.name, await measure(each));
  console.error(row.join(' | '));
  rows.push(row);
}
console.log(
  section(
    'Where the trigger is',
    `${engine.description}. Per cent, but for the overlap; medians.`,
    markdown(
      [
        'images',
        'number',
        'have a box',
        'box, of the picture',
        'box’s centre on the trigger',
        'overlap (IoU)',
        'of the trigger in the box',
        'B is right once it is filled',
        'seconds each',
      ],
      rows,
    ),
  ),
);
