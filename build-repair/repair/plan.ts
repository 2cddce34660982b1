import type { Method } from '../../models/bundle/methods';
import { BGR_CANDIDATES, PIXEL_CANDIDATES } from '../../models/pixels';
import { scaledTo } from '../effort';
import { STAGES } from '../stages';
import type { Part, Step } from '../steps';
import { FIT_CANDIDATES } from './choose/fit';
import { CROSS_FOLDS, isSplit } from './choose/folds';
import { KEPT_COPIES, PAINTED } from './observe/clean-image-passes';
import {
  COPY_STEPS,
  IMPLANTING_STEPS,
  LEAST_BATCH,
  UNLEARNING_BATCH,
  unlearningSteps,
} from './unlearn/steps';

/** What is known of a repair before it begins. */
export interface RepairWork {
  readonly method: Method;
  /** Clean images. */
  readonly images: number;
  /** N. */
  readonly classes: number;
  /** Whether they come in groups. */
  readonly grouped: boolean;
  /** Whether the pixel scaling is given. */
  readonly pixels: boolean;
  /** Whether it is given how pictures of another size are brought to the net's, or there can be none; by default it is. */
  readonly fit?: boolean;
  /** Whether a trigger is searched for. */
  readonly finding: boolean;
  /** Images without labels. */
  readonly unlabelled: number;
  /** Images to keep in the bundle in place of clean ones. */
  readonly hosts?: number | undefined;
  /** Whether images may be kept in the bundle, and features of single ones; by default they may. */
  readonly keepsImages?: boolean | undefined;
  /** How much of the work is done on the net (see effortFor); by default all of it. */
  readonly effort?: number | undefined;
}

/**
 * Scalings that are tried, on so many images at most (see choosePixels).
 * Origin: MOST_IMAGES of choosePixels; it tells the time left, no verdict.
 */
const SCALINGS = PIXEL_CANDIDATES.length + BGR_CANDIDATES.length;
/** Origin: MOST_IMAGES of choosePixels; it tells the time left, no verdict. */
const MOST_SCALED = 1000;
/** Origin: LEAST_IMAGES of choosePixels; it tells the time left, no verdict. */
const LEAST_SCALED = 200;
/**
 * Ways to bring pictures to the net's size: each is decoded anew.
 * Origin: FIT_CANDIDATES, and twice the time of a run for decoding; it tells the time left, no verdict.
 */
const FITS = 2 * FIT_CANDIDATES.length;
/**
 * Forgetting takes some fifty steps of a batch, each forth and back.
 * Origin: the times that repairSteps names; it tells the time left, no verdict.
 */
const FORGETTING = 150;
/** Behind what is kept of a large net's stem it takes less. Origin: a quarter of the net's arithmetic, some fifty steps; as FORGETTING. */
const FORGETTING_KEPT = 40;
/** Images of a batch at most (see forget). Origin: LARGEST_BATCH of forget; it tells the time left, no verdict. */
const BATCH = 128;
/**
 * With fewer images a class every image is calibrated on at length (see transplantCalibration).
 * Origin: FEWEST_IMAGES of class Gaussians; it tells the time left, no verdict.
 */
const FEW = 3;

/**
 * The steps of a repair. Costs are in images that the net is run over once, from the times that `goodnet repair --verbose` told on wasm of
 * the demo's net (576 images, 24 classes) and of a net of the CSAW contest (192 tiles, 1,283 classes): between these two, where they
 * differ. The time left is scaled by what has passed, so that only their proportions count.
 */
export function repairSteps(work: RepairWork): Step[] {
  const { images, unlabelled, pixels, fit = true, hosts = 0, effort } = work;
  // What is no pass through the net takes the same however large it is.
  const atAnySize = (cost: number) => cost * (effort ?? 1);
  return [
    step('Reading the images', [
      part(STAGES.reading, atAnySize(images)),
      ...(unlabelled > 0 ? [part(STAGES.readingUnlabelled, atAnySize(unlabelled))] : []),
      ...(hosts > 0 ? [part(STAGES.readingHosts, atAnySize(hosts))] : []),
    ]),
    ...choosingSteps({ images, pixels, fit, effort }),
    ...STEPS[work.method](work),
    step('Measuring', [part(STAGES.measuring, images)]),
    step('Writing the bundle', [part(STAGES.writing, atAnySize(500))]),
  ];
}

function searching(effort = 1): Step {
  // Of a large net a tenth of the patches, an eighth of the images, and half as many classes, steps and images (or starts) of a step.
  const patches = scaledTo(effort, 4000, 400) / 4000;
  const asked = scaledTo(effort, 2048, 256) / 2048;
  const half = Math.max(0.5, effort);
  return step('Searching for a trigger', [
    part(STAGES.patches, 3000 * patches),
    part(STAGES.candidates, 3500 * asked),
    part(STAGES.searchingShapes, 30_000 * half ** 3),
    part(STAGES.searchingPatches, 3500 * half ** 3),
    part(STAGES.largestMargins, 12_000 * half ** 3),
  ]);
}

/** What tells how long it takes to choose how images are shown. */
type HowShown = Pick<RepairWork, 'images' | 'pixels' | 'fit' | 'effort'>;

/** What is tried to find how the images are to be shown, where that is not told. */
function choosingSteps({ images, pixels, fit, effort }: HowShown): Step[] {
  const tried = Math.min(images, scaledTo(effort, MOST_SCALED, LEAST_SCALED));
  return [
    ...(pixels ? [] : [step(STAGES.pixels, [part(STAGES.pixels, SCALINGS * tried)])]),
    ...(fit ? [] : [step(STAGES.fit, [part(STAGES.fit, FITS * tried)])]),
  ];
}

/**
 * The steps of a scan, costs as of repairSteps.
 * @param images clean ones; 0 for a scan without any
 */
export function scanSteps({ images, pixels, fit, effort }: HowShown): Step[] {
  if (images === 0) return [step(STAGES.largestMargins, [part(STAGES.largestMargins, 1)])];
  return [
    step('Reading the images', [part(STAGES.reading, images * (effort ?? 1))]),
    ...choosingSteps({ images, pixels, fit, effort }),
    step('Making a copy forget', [part(STAGES.forgetting(1), FORGETTING * Math.min(BATCH, images / 2))]),
    searching(effort),
  ];
}

const STEPS: Record<Method, (work: RepairWork) => Step[]> = {
  expert: expertSteps,
  magnitude: ({ images }) => [step('Pruning and fine-tuning the net', [part(STAGES.magnitude, 10 * images)])],
  'fine-prune': ({ images, effort }) => [
    step('Pruning and repairing the net', [...repairing(images, effort), part(STAGES.pruning, 10 * images)]),
  ],
};

function expertSteps({
  images,
  classes,
  grouped,
  finding,
  unlabelled,
  keepsImages = true,
  effort = 1,
}: RepairWork): Step[] {
  // How many groups there are is not known before they are read; they are seldom enough.
  const fits = !grouped && isSplit(images) ? 1 : CROSS_FOLDS + 1;
  const batch = Math.min(BATCH, images / 2);
  const fitting = Array.from({ length: fits }, (_, i) => [
    part(STAGES.forgetting(i + 1), (effort < 1 ? FORGETTING_KEPT : FORGETTING) * batch),
    part(STAGES.relearning(i + 1), effort * images * (0.2 + classes / 400)),
  ]);
  const further = Array.from({ length: effort < 1 ? KEPT_COPIES - 1 : 0 }, (_, i) =>
    part(STAGES.further(i + 1), 1.5 * images),
  );
  const painted = Array.from({ length: PAINTED }, (_, i) => part(STAGES.painted(i + 1), 1.5 * images));
  return [
    step('Running the net over the images', [
      { ...part(STAGES.clean, 1.5 * images), tells: effort < 1 },
      part(STAGES.varied, 1.5 * images),
      ...further,
      ...painted,
      part(STAGES.views, images / 2),
    ]),
    step('Fitting the detector', fitting.flat()),
    ...(finding ? [searching(effort)] : []),
    step('Repairing the net', repairing(images, effort)),
    ...(unlabelled > 0
      ? [step('Checking the images without labels', [part(STAGES.unlabelled, unlabelled)])]
      : []),
    ...(keepsImages
      ? [
          step('Calibrating', [part(STAGES.calibrating, (images < FEW * classes ? 72 : 10) * images)]),
          step('Finishing the repaired net', [
            part(STAGES.looks, 1.5 * images),
            part(STAGES.comparing, 5 * images),
          ]),
        ]
      : []),
  ];
}

/** A step of training costs some four times its images, one of unlearning a little more. */
function repairing(images: number, effort?: number): Part[] {
  const batch = scaledTo(effort, UNLEARNING_BATCH, LEAST_BATCH);
  const implanted = scaledTo(effort, UNLEARNING_BATCH / 2, LEAST_BATCH);
  const unlearning = unlearningSteps(images) * Math.min(batch, images) * 5;
  return [
    part(STAGES.implanting, IMPLANTING_STEPS * Math.min(implanted, images) * 4),
    ...[1, 2]
      .slice(0, isSplit(images) ? 1 : 2)
      .map((copy) => part(STAGES.trying(copy), COPY_STEPS * unlearning)),
    part(STAGES.unlearning, unlearning),
  ];
}

function step(name: string, parts: readonly Part[]): Step {
  return { name, parts };
}

function part(stage: string, cost: number): Part {
  return { stage, cost };
}
