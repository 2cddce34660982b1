import { smallestAlpha } from '../../../models/detector/conformal';
import type { RepairContext } from '../../context';
import type { CleanFigures } from '../../evaluate/counts';
import { laidOnWhite } from '../../images/laid-on-white';
import type { MadeDetector } from '../calibrate/made-detector';
import { suspectedTargetsInWords } from '../calibrate/unlabelled';
import type { CheckedRepair } from '../check/options';
import { MUCH } from '../learn/forget';
import { isUnrepaired } from './unrepaired';

/**
 * A net that names fewer of the clean images is probably shown them wrongly.
 * Origin: chosen by hand; it decides what is told, no verdict.
 */
const LEAST_ACCURACY = 0.5;
/**
 * A repaired net that names fewer of the clean images than B by more than this is told of; one image less is none.
 * Origin: chosen by hand, above what unlearning costs nets with nine images a class (docs/method.md); it decides what is told, no verdict.
 */
const MOST_LOST = 0.05;
/** So many classes are listed by their number. Origin: chosen by hand; how much is told. */
const LISTED = 8;

/** What a repair came to, as far as notices tell of it. */
export type Noticed = Pick<MadeDetector, 'without' | 'suspectedTargets' | 'alone'> & {
  readonly nets: { readonly expert: { readonly remembers: number } | undefined };
};

/** All that a repair came to, as far as people should know of it. */
export function repairNotices(
  checked: CheckedRepair,
  context: RepairContext,
  made: MadeDetector,
  figures: CleanFigures,
): string[] {
  const { net, clean, unlabelled, hosts } = checked;
  return [
    ...(net.notes ?? []),
    ...noticesOf(made, figures, context, checked),
    ...laidOnWhite(clean, unlabelled, hosts),
    // Images to be kept were given, and the detector has no use for any.
    ...(hosts && !made.parts.transplant
      ? [`No image of ${hosts.name} is kept: transplants tell nothing here.`]
      : []),
  ];
}

type NoticedContext = Pick<RepairContext, 'classes'> & {
  readonly images: Pick<RepairContext['images'], 'labels'>;
};

/**
 * What whoever trusts a bundle should know, in short sentences: what was left out for want of images, and what that means.
 * @param figures of the calibration images
 * @param checked.alpha the false-positive rate that is promised
 */
export function noticesOf(
  { without, suspectedTargets, nets, alone }: Noticed,
  figures: Pick<CleanFigures, 'accuracyBefore' | 'groups'>,
  { images: { labels }, classes }: NoticedContext,
  { alpha, keepsImages }: Pick<CheckedRepair, 'alpha' | 'keepsImages'>,
): string[] {
  const notices: string[] = [];
  const { rate } = figures.accuracyBefore;
  if (rate < LEAST_ACCURACY) {
    notices.push(
      `The net names only ${percent(rate)} of the clean images correctly: check their labels, --pixels and --layout.`,
    );
  }
  if (isUnrepaired(alone)) notices.push(...aboutUnrepaired(nets.expert !== undefined));
  notices.push(...aboutLost(alone));
  if (alone?.images === 0) {
    notices.push(
      'No clean image could be held out: what is told of the repaired net alone was measured on the images that it was made from, and is too good.',
    );
  }
  if (nets.expert) {
    notices.push(...aboutImages(without, labels, classes));
    if (!keepsImages) notices.push(...aboutKeepingNone(without));
    notices.push(...rememberingNotice(nets.expert.remembers));
    const { groups } = figures;
    if (groups !== undefined && smallestAlpha(groups) > alpha) {
      const least = `${(100 * smallestAlpha(groups)).toPrecision(2)} %`;
      notices.push(
        `There are few groups (${groups}): on new groups of images, a rate of false alarms under ${least} can't be promised.`,
      );
    }
  }
  if (suspectedTargets) notices.push(...suspectedTargetsInWords(suspectedTargets));
  return notices;
}

/** That an expert has forgotten too little to tell much; nothing where it has. @param remembers see Expert */
export function rememberingNotice(remembers: number): string[] {
  if (remembers < MUCH) return [];
  return [
    `The expert could not be made to forget (it still names ${percent(remembers)} of the clean images): backdoors are more easily missed.`,
  ];
}

/** That the repaired net alone has lost clean accuracy; nothing where it has not. */
function aboutLost(alone: Noticed['alone']): string[] {
  if (!alone) return [];
  const lost = alone.accuracyBefore - alone.accuracy;
  const isOneImage = alone.images > 0 && Math.round(lost * alone.images) < 2;
  if (lost <= MOST_LOST || isOneImage) return [];
  return [
    `The repaired net alone names only ${percent(alone.accuracy)} of the clean images, the net itself ${percent(alone.accuracyBefore)}: with so few clean images repairing costs accuracy. Serve the bundle, which answers by the net itself where nothing is suspicious, or give more clean images of each class.`,
  ];
}

/** @param hasDetector whether something else than the repaired net tells triggers */
function aboutUnrepaired(hasDetector: boolean): string[] {
  const still = 'The repaired net still follows triggers: do not hand it on by itself.';
  return [
    hasDetector
      ? `${still} What flags pictures is the detector, which is as good as ever; the class that is named beside a flag may be the attacker’s.`
      : `${still} By this method nothing else flags pictures: a trigger that both nets follow is not found.`,
  ];
}

function aboutImages(without: Noticed['without'], labels: Int32Array, classes: number): string[] {
  const known = new Set(labels);
  const empty = Array.from({ length: classes }, (_, each) => each).filter((each) => !known.has(each));
  const lacks = new Set(without.map(({ evidence }) => evidence));
  const notices: string[] = [];
  if (empty.length > 0) {
    notices.push(
      `${empty.length} of ${classes} classes have no clean images (${listed(empty)}): the check by a relearned last layer was left out, and backdoors are more easily missed.`,
    );
  } else if (lacks.has('relearned')) {
    notices.push(
      'Some classes have a single clean image, or a single group: their images are checked less thoroughly.',
    );
  }
  if (lacks.has('latent')) {
    notices.push(
      'There are few clean images of each class (3 are needed, of 2 groups where groups are told): whether an image looks like its class is not checked, and backdoors are more easily missed.',
    );
  }
  return notices;
}

/** With so few clean images that distances and the linear probe say little, transplants found what nothing else did. */
function aboutKeepingNone(without: Noticed['without']): string[] {
  const lacks = new Set(without.map(({ evidence }) => evidence));
  const isThin = lacks.has('latent') || lacks.has('relearned');
  const named =
    'No images are kept in the bundle: of a flagged image the class that is named beside is much less often the true one (docs/privacy.md).';
  if (!isThin) return [named];
  return [
    named,
    'With so few clean images of each class and none kept, most images with a stealthy trigger can be missed: give images that may be shown (--hosts), or more clean ones.',
  ];
}

function listed(classes: readonly number[]): string {
  const more = classes.length - LISTED;
  return more > 0 ? `${classes.slice(0, LISTED).join(', ')} and ${more} more` : classes.join(', ');
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
