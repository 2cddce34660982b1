import type { ImageShape } from '../../images/set';
import { atLeast, first } from '../../present';
import type { Box, Located } from '../../verdict';
import { answers, margins } from '../margin';
import type { Viewer } from '../test-time-views';
import { fillBox } from './fill';
import { areApart, EDGES, type Edge, type Move, moved, movesOf, windowLevels } from './windows';

/**
 * The most that another place may count, as a share of what is told as the place; beside a band little is left to count.
 * Origin: chosen on 12 to 40 images of most sets of `npm run places`, nearly all others than it measures: with a half for both a third of cifar10's warps, which are
 * everywhere, were given a place, with a third for both 15 %, nearly all of them bands.
 */
const MOST_ELSEWHERE = { window: 1 / 3, band: 1 / 5 } as const;
/** A box is made as small as leaves it so much of what the margin falls by. Origin: chosen by hand; not varied. */
const KEPT = 0.9;
/** A strip at a box's edge is of the trigger where so much of that is lost without the strip alone. Origin: chosen by hand; not varied. */
const STRIP = 0.1;
/** Filled images that run through the net at once: others' requests come in between. Origin: chosen by hand, for memory and time. */
const AT_ONCE = 16;

/** A box, and what B says with it filled. */
interface Tried {
  readonly box: Box;
  /** How much B's logit margin at its class falls. */
  readonly fall: number;
  /** Whether B names another class. */
  readonly changesClass: boolean;
}

type Try = (boxes: readonly Box[]) => Promise<Tried[]>;

/**
 * Where in an image the trigger is, if it is at a place: windows are filled from their surroundings, and B is asked anew (occlusion sensitivity, Zeiler and
 * Fergus, ECCV 2014; for triggers SentiNet, Chou et al. 2020, and Februus, Doan et al., ACSAC 2020, who take gradients). The place is the smallest window
 * without which B names another class, if no window elsewhere counts nearly as much; then its edges are moved to where they are needed. It takes at most
 * 171 passes of B, whatever the picture's size. What it tells is where B's answer hangs: of a clean image that was flagged it may be what the picture shows.
 * @param by asks B
 * @param image height × width × channels values of 0–255
 */
export async function locate(by: Viewer, image: Float32Array): Promise<Located> {
  const { shape } = by;
  const fill = await tryingOn(image, by);
  const [smallest, ...larger] = atLeast(1, windowLevels(shape));
  const fine = await fill(smallest.boxes);
  const heat = heatOf(fine, shape);
  let found = clearest(fine, fine, MOST_ELSEWHERE.window);
  for (const { boxes, kind } of larger) found ??= clearest(await fill(boxes), fine, MOST_ELSEWHERE[kind]);
  if (!found) return { place: undefined, heat };
  const { box } = await sharpened(found, fill, shape);
  return { place: { ...box, sureness: 1 - elsewhere(found.box, fine) }, heat };
}

/** Fills boxes of an image, each in a copy of its own, and asks B of them. */
async function tryingOn(image: Float32Array, { shape, classes, logits }: Viewer): Promise<Try> {
  const whole = await logits(image, 1);
  const predicted = first(answers(whole, classes).classes);
  const before = first(margins(whole, classes, Int32Array.of(predicted)));
  const size = image.length;
  return async (boxes) => {
    const tried: Tried[] = [];
    for (let start = 0; start < boxes.length; start += AT_ONCE) {
      const part = boxes.slice(start, start + AT_ONCE);
      const rows = new Float32Array(part.length * size);
      for (const [i, box] of part.entries())
        fillBox(image, shape, box, rows.subarray(i * size, (i + 1) * size));
      const given = await logits(rows, part.length);
      // Whatever else waits gets its turn; engines on the processor never let go by themselves.
      await new Promise(setImmediate);
      const after = margins(given, classes, new Int32Array(part.length).fill(predicted));
      const now = answers(given, classes).classes;
      for (const [i, box] of part.entries()) {
        tried.push({ box, fall: before - after[i]!, changesClass: now[i] !== predicted });
      }
    }
    return tried;
  };
}

/** Of the windows of a level that turn B while no other place counts nearly as much the one that counts the most. */
function clearest(level: readonly Tried[], fine: readonly Tried[], most: number): Tried | undefined {
  return level
    .filter(({ box, changesClass }) => changesClass && elsewhere(box, fine) <= most)
    .sort((a, b) => b.fall - a.fall)[0];
}

/** The most that a small window apart from a box counts, as a share of the most that one within or across it does. */
function elsewhere(box: Box, fine: readonly Tried[]): number {
  let [there, other] = [0, 0];
  for (const each of fine) {
    if (areApart(each.box, box)) other = Math.max(other, each.fall);
    else there = Math.max(there, each.fall);
  }
  return there > 0 ? other / there : Number.POSITIVE_INFINITY;
}

/**
 * A box with its edges where they are needed: inwards as far as what is left out counts for little, by itself and to what is left, outwards where what comes in
 * counts. As it was where B would not be turned by that.
 */
async function sharpened(found: Tried, fill: Try, shape: ImageShape): Promise<Tried> {
  const moves = EDGES.flatMap((edge) => movesOf(found.box, edge, shape));
  const without = await fill(moves.map(({ strip }) => strip));
  const inwards = moves.filter(({ by }, i) => by > 0 && without[i]!.fall <= STRIP * found.fall);
  const left = await fill(inwards.map(({ box }) => box));
  const best: Partial<Record<Edge, number>> = {};
  for (const [i, { edge, by }] of inwards.entries()) {
    if (left[i]!.fall >= KEPT * found.fall) best[edge] = Math.max(best[edge] ?? 0, by);
  }
  for (const edge of EDGES) best[edge] ??= -outwards(moves, without, edge, found.fall);
  const sharp = first(await fill([moved(found.box, best)]));
  return sharp.changesClass ? sharp : found;
}

/** How far outwards of an edge the trigger goes on, in pixels. */
function outwards(moves: readonly Move[], without: readonly Tried[], edge: Edge, fall: number): number {
  const tried = moves.flatMap((move, i) =>
    move.edge === edge && move.by < 0 ? [{ by: -move.by, fall: without[i]!.fall }] : [],
  );
  const most = Math.max(...tried.map((each) => each.fall));
  if (most <= STRIP * fall) return 0;
  return Math.min(...tried.filter((each) => each.fall >= KEPT * most).map(({ by }) => by));
}

/** The mean fall by the windows over each pixel, the most taken for 1. */
function heatOf(fine: readonly Tried[], { height, width }: ImageShape): Float32Array {
  const heat = new Float32Array(height * width);
  const over = new Float32Array(height * width);
  for (const { box, fall } of fine) {
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let at = y * width + box.x; at < y * width + box.x + box.width; at++) {
        heat[at]! += Math.max(0, fall);
        over[at]!++;
      }
    }
  }
  let most = 0;
  heat.forEach((sum, at) => {
    heat[at] = over[at]! > 0 ? sum / over[at]! : 0;
    most = Math.max(most, heat[at]!);
  });
  return most > 0 ? heat.map((each) => each / most) : heat;
}
