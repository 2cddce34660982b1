import { rm } from 'node:fs/promises';
import { GoodNetError } from '../../../models/errors';
import { GoodNet } from '../../../models/goodnet';
import type { RepairContext } from '../../context';
import type { AskServed } from '../../served/ask-wasm';
import type { MadeDetector } from '../calibrate/made-detector';
import type { CheckedRepair } from '../check/options';

/**
 * Images that both engines are asked for: half of them the most suspicious, where the decision falls, the others from all.
 * Origin: chosen by hand: some tenths of a second on wasm.
 */
const ASKED = 64;
/**
 * P-values part by more than two ranks and a quarter of themselves (or of α, below it): rounding moves an image past its
 * neighbours, and no further. One of the images may.
 * Origin: chosen by hand; `npm run check:gpu` tells how far a GPU's are apart.
 */
const RANKS = 2;
const SHARE = 0.25;
const MAY_PART = 1;

/**
 * Holds that the engine that serves gives a bundle's images the p-values that this one does: calibrated in other numerics (TF32, a
 * wrong kernel), it would not keep its false-positive rate.
 * @param folder the bundle's, which is removed where it is refused
 * @throws GoodNetError `environment` where they part
 */
export async function holdServed(
  ask: AskServed,
  folder: string,
  { images }: Pick<RepairContext, 'images'>,
  { calibrated, scores }: Pick<MadeDetector, 'calibrated' | 'scores'>,
  { alpha, say }: Pick<CheckedRepair, 'alpha' | 'say'>,
): Promise<void> {
  const chosen = choose(calibrated, scores);
  const pixels = images.gather(chosen);
  const goodnet = await GoodNet.load(folder, { onTensorFlow: true });
  const here = await goodnet.classify(pixels, chosen.length).finally(() => goodnet.dispose());
  const there = await ask({ folder, pixels, count: chosen.length });
  const parted = here.filter(({ pValue }, i) =>
    parts(pValue, there[i] ?? Number.NaN, calibrated.length, alpha),
  );
  const apart = here.map(({ pValue }, i) => Math.abs(pValue - (there[i] ?? Number.NaN)));
  say(
    `p-values of this engine and of wasm: ${Math.max(...apart).toFixed(4)} apart at most, of ${chosen.length}`,
  );
  if (parted.length <= MAY_PART) return;
  await rm(folder, { recursive: true, force: true });
  throw new GoodNetError(
    `The engine that calibrated and the one that serves part: ${parted.length} of ${chosen.length} calibration images have other p-values on wasm`,
    {
      code: 'ENGINE_DIFFERS',
      hint: 'Repair on wasm (GOODNET_ENGINE=wasm). On a GPU, TF32 must be off: NVIDIA_TF32_OVERRIDE=0, as the container has it.',
    },
  );
}

/** Whether two p-values of one image are apart by more than rounding. @param count calibration images */
export function parts(one: number, other: number, count: number, alpha: number): boolean {
  const allowed = RANKS / (count + 1) + SHARE * Math.max(Math.min(one, other), alpha);
  // Of what is no number, too.
  return !(Math.abs(one - other) <= allowed);
}

function choose(calibrated: Int32Array, scores: Float32Array | undefined): Int32Array {
  const order = Array.from(calibrated, (_, i) => i);
  if (scores) order.sort((a, b) => scores[b]! - scores[a]!);
  const top = scores ? order.slice(0, ASKED / 2) : [];
  const rest = order.slice(top.length);
  const wanted = Math.min(ASKED - top.length, rest.length);
  const spread = Array.from({ length: wanted }, (_, i) => rest[Math.floor((i * rest.length) / wanted)]!);
  return Int32Array.from([...top, ...spread], (place) => calibrated[place]!);
}
