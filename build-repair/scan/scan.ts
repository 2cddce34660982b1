import { ImageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import { checkTrainable, type LoadedNet } from '../../models/keras';
import { toLogits } from '../../models/keras/logits';
import { checkPixels, describePixels } from '../../models/pixels';
import { first } from '../../models/present';
import { effortFor } from '../effort';
import { findBackdoor } from '../finding/find';
import { LIMIT } from '../finding/limit';
import { findWithoutImages } from '../finding/without-images';
import { laidOnWhite } from '../images/laid-on-white';
import { usualMemory } from '../memory-option';
import { checkFits } from '../repair/check/fits-memory';
import { chooseImages } from '../repair/choose/choose';
import { servedOn } from '../repair/fit/served-on';
import { forget } from '../repair/learn/forget';
import { read } from '../repair/read';
import { rememberingNotice } from '../repair/write/notices';
import type { ScanOptions } from './options';
import type { Scan } from './types';

/**
 * Half of the images are searched on, and what is found is tried on the others: of fewer, neither tells anything.
 * Origin: chosen by hand; not varied.
 */
const FEWEST_IMAGES = 20;
/** Assumed without clean images. Origin: chosen by hand: Keras's most usual, and what a net's own Rescaling is often fed with. */
const USUAL_PIXELS = { kind: '0-1' } as const;

/**
 * Is this net backdoored? With clean images it is asked as a repair asks it, and the same net, images and seed give the same finding. Without any,
 * what can be told without is: how sure pictures climbed from noise make the net of each class, and its last weights.
 * @throws NetError where the engine can't compute the net's gradients
 * @throws ImageError for a set that can't be used, or where labels and net don't fit; whatever `signal` was aborted with
 */
export async function scan(options: ScanOptions): Promise<Scan> {
  const { net, clean, pixels, memory = usualMemory() } = options;
  if (pixels) checkPixels(pixels, net.inputShape.channels);
  await checkTrainable(net.model);
  checkFits(net.model, memory);
  return clean ? await scanWith({ ...options, memory }, clean) : await scanAlone({ ...options, memory });
}

/** What a scan is told, once its memory is known. */
type Budgeted = ScanOptions & { readonly memory: number };

async function scanWith(options: Budgeted, clean: ImageSet): Promise<Scan> {
  const { net, progress, say, tell, signal, memory } = options;
  const checked = { ...options, clean, unlabelled: undefined, hosts: undefined };
  const inputs = await read({ net, clean, progress, say, tell, signal, memory });
  try {
    const { count } = inputs.images;
    if (count < FEWEST_IMAGES)
      throw new ImageError(`${clean.name}: ${count} clean images are too few to tell anything by`, {
        code: 'IMAGES_TOO_FEW',
        hint: `Give ${FEWEST_IMAGES} or more, or leave --clean out.`,
      });
    const { context, flat, plan, classNames } = await chooseImages(checked, inputs);
    const { fit, part } = servedOn(plan, context.images);
    const expert = await forget(context, flat, fit, { ...part, number: 1 });
    try {
      const { targets, tried, score } = await findBackdoor(context, flat, expert);
      return {
        outcome: targets.length > 0 ? 'signs' : 'no-sign',
        score,
        limit: LIMIT,
        tried: tried.length,
        targets: targets.map((target) => ({
          class: target.class,
          name: classNames?.[target.class],
          level: target.level,
          score: target.score,
          scores: target.scores,
          rate: target.rate,
        })),
        cleanImages: count,
        notTold: [],
        problems: [],
        problemCodes: [],
        notes: [...(net.notes ?? []), ...rememberingNotice(expert.remembers), ...laidOnWhite(clean)],
      };
    } finally {
      expert.dispose();
    }
  } finally {
    inputs.dispose();
  }
}

async function scanAlone({ net, pixels, seed, memory, progress, signal }: Budgeted): Promise<Scan> {
  const { inputShape: shape, classes, ownNames, notes = [] } = net;
  const flat = toLogits(net.model);
  try {
    const context = {
      shape,
      pixels: pixels ?? USUAL_PIXELS,
      classes,
      seed,
      memory,
      effort: effortFor(flat),
      progress,
      signal,
    };
    const { targets, tried } = await findWithoutImages(context, flat);
    return {
      outcome: targets.length > 0 ? 'signs' : 'no-sign',
      score: first(tried).score,
      limit: LIMIT,
      tried: tried.length,
      targets: targets.map((target) => ({
        ...target,
        name: ownNames?.names[target.class],
        rate: undefined,
      })),
      cleanImages: 0,
      notTold: notKnownWithout(net, tried.length, pixels !== undefined),
      problems: [],
      problemCodes: [],
      notes,
    };
  } finally {
    flat.dispose();
  }
}

/** What can't be told without clean images, or had to be assumed. */
function notKnownWithout({ classes }: LoadedNet, tried: number, isScalingGiven: boolean): string[] {
  return [
    'Whether a trigger turns pictures to a class: that takes clean images (--clean). Most backdoors by patches or shapes show only there.',
    ...(isScalingGiven
      ? []
      : [
          `How pixels are scaled: ${describePixels(USUAL_PIXELS)} was assumed, which clean images would have told. --pixels tells it, too; what is found under a wrong one means nothing.`,
        ]),
    ...(tried < classes ? [`What the other ${classes - tried} of ${classes} classes show.`] : []),
  ];
}
