import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Gallery, projectPlaces, resemblance } from '../../../models/detector/gallery';
import { imageTensor, outputsOf, outputsWithin, valuesOf } from '../../../models/detector/run';
import { present } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { Occluder } from '../../images/occlude';
import { STAGES } from '../../stages';
import { stemPlaces } from '../observe/stem-places';

/**
 * Painted images that B′'s two ways to pass B's class over are held against each other on.
 * Origin: chosen by hand; not varied.
 */
const MOST_TRIED = 256;
/**
 * The gallery is taken where it names at least this share of what the head does. Painted shapes take little of what the head works
 * on; a trigger takes all of it, which is what makes it one, and leaves the gallery's places alone.
 * Origin: triggered test images of signs43 (docs/method.md, "B′"), so no independent choice; the share itself by hand. `npm run
 * ablation -- --only gallery-not-head` prints what the gallery adds.
 */
const SHARE_OF_HEAD = 1 / 3;
/** Origin: a grid by hand; which is taken is told by clean images. */
const TEMPERATURES = [0.5, 1, 2, 4, 8, 16, 32];

/**
 * Holds the gallery against the linear probe on clean images with random shapes painted on them: which names the classes
 * of more of them?
 * @param repaired B's outputs → [logits of B′, scores of the linear probe]
 * @param images clean images to draw from; the gallery leaves out those of an image's group
 * @returns the gallery, its temperature fitted, unless it is much the worse
 */
export async function chooseGallery(
  context: RepairContext,
  bad: LayersModel,
  repaired: LayersModel,
  gallery: Gallery,
  images: Int32Array,
): Promise<Gallery | undefined> {
  const { classes, shape, seed } = context;
  const drawn = new Random(seed, 'tried').permutation(images.length).subarray(0, MOST_TRIED);
  const tried = drawn.map((place) => images[place]!);
  const labels = Array.from(tried, (image) => context.images.labels[image]!);
  const pixels = context.images.gather(tried);
  new Occluder(shape, seed, 'tried').paint(pixels);
  const places = await stemPlaces(context, bad, gallery, pixels);
  const leftOut = leaveGroupOut(context);
  const rows: Float32Array[] = [];
  for (const [i, values] of places.entries()) {
    context.signal?.throwIfAborted();
    const isLeftOut = (entry: number) => leftOut(tried[i]!, entry);
    rows.push(resemblance(gallery, projectPlaces(values, gallery), classes, isLeftOut));
    context.progress({ stage: STAGES.comparing, done: i + 1, total: tried.length });
    if (i % 16 === 0) await new Promise(setImmediate);
  }
  const heads = headRows(context, bad, repaired, pixels, tried.length);
  if (hits(rows, labels) < SHARE_OF_HEAD * hits(heads, labels)) return undefined;
  const likelihood = (temperature: number) =>
    rows.reduce((sum, row, i) => sum + logProbability(row, labels[i]!, temperature), 0);
  const temperature = TEMPERATURES.reduce((best, each) =>
    likelihood(each) > likelihood(best) ? each : best,
  );
  return { ...gallery, temperature };
}

/** Whether an image of the gallery, which holds all of them, is of the group of another image, or that image itself. */
export function leaveGroupOut({
  images: { groups },
}: RepairContext): (image: number, entry: number) => boolean {
  return (image, entry) => entry === image || (groups !== undefined && groups[entry] === groups[image]);
}

function headRows(
  { shape, pixels: scaling, classes, memory }: RepairContext,
  bad: LayersModel,
  repaired: LayersModel,
  pixels: Float32Array,
  n: number,
): Float32Array[] {
  const scores = valuesOf(() => {
    const input = imageTensor(pixels, n, shape, scaling);
    const given = outputsWithin(bad, input, memory).slice(0, repaired.inputs.length);
    return present(outputsOf(repaired, given)[1], 'The scores of the linear probe');
  });
  return Array.from({ length: n }, (_, i) => scores.subarray(i * classes, (i + 1) * classes));
}

function hits(rows: readonly Float32Array[], labels: readonly number[]): number {
  return rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
}

/** Log of the softmax probability of a class; a floor for classes that are not there. */
function logProbability(row: Float32Array, label: number, temperature: number): number {
  const highest = Math.max(...row);
  const sum = row.reduce((total, value) => total + Math.exp((value - highest) / temperature), 0);
  return Math.max((row[label]! - highest) / temperature - Math.log(sum), -20);
}
