import type { Manifest } from '../../../models/bundle/manifest';
import { printable } from '../../../models/printable';
import { isUnrepaired, unrepairedLine } from './unrepaired';

/** What a card is made of: what a manifest says before it is sealed, for the card is among the files that it names. */
export type CardContent = Omit<Manifest, 'id' | 'files' | 'format' | 'formatVersion'>;

/** The clean images by class. */
export interface ClassCounts {
  /** Classes that have any. */
  readonly classes: number;
  /** The fewest images of a class that has any. */
  readonly fewest: number;
  /** The same among those that what is served was fitted on. */
  readonly fewestFitted: number;
}

/** Where the card lies in a bundle. */
export const MODEL_CARD = 'model-card.md';

/** Counts labels by class. @param fitted the images that what is served was fitted on */
export function classCounts(labels: Int32Array, fitted: Int32Array): ClassCounts {
  const [all, some] = [labels, fitted.map((image) => labels[image]!)].map((of) => {
    const counts = new Map<number, number>();
    for (const label of of) counts.set(label, (counts.get(label) ?? 0) + 1);
    return [...counts.values()];
  }) as [number[], number[]];
  return { classes: all.length, fewest: Math.min(...all), fewestFitted: Math.min(...some) };
}

/**
 * The model card of a bundle (Mitchell et al., Model cards for model reporting, 2019), as Markdown: what it is, what it is for, how it
 * was made, what was measured, whose data it holds. The same bundle has the same card.
 */
export function modelCard(content: CardContent, counts: ClassCounts): string {
  const { name, classes, input, method } = content;
  return `# Model card: ${literal(name)}

A GoodNet bundle: a classifier, and a detector that tells of each picture whether it carries the mark of a backdoor.
\`goodnet repair\` wrote this card. Its figures are those of \`manifest.json\`, which holds its digest.

## What it is

${items([
  `Net: ${literal(name)}, as it was given, in \`${content.nets.bad}/\`: ${classes} classes, pictures of ${input.height} × ${input.width} × ${input.channels}${input.fit === 'stretch' ? '' : `, others brought to that by \`--fit ${input.fit}\``}.`,
  `Method: \`${method}\`. ${METHODS[method]}`,
  `Is the net itself backdoored? ${findingOf(content)}`,
  `Made with ${literal(toolsOf(content))}, on ${literal(content.made.engine)}, seed ${content.made.seed}.`,
])}

## What it is for

${items([
  'Answering pictures of the kind that the clean images are of, where the net’s origin is not trusted: with a class, or with "backdoored".',
  'Not for telling that a net is clean: no sign of a backdoor clears none.',
  'Not for deciding on people by itself. "Backdoored" tells that a picture is unlike the clean ones in what the net makes of it, not that anybody meant harm.',
  'Not for recognising people without a right to: where classes are persons, the net does that, guarded or not.',
  ...(content.nets.relearned
    ? [
        `Not to be taken apart: the net in \`${content.nets.relearned.folder}/\`, asked without the detector, still follows a trigger.`,
      ]
    : []),
  ...repairedNet(content),
])}

## How it was made

${items(howMade(content, counts))}

## What was measured

${measuredOn(content)}

| | |
|---|---|
| clean accuracy of the net alone | ${percent(content.measured.accuracyBefore)} |
| clean accuracy of this bundle, a flagged picture counting as wrong | ${percent(content.measured.accuracy)} |
${content.measured.repaired ? '' : `| clean accuracy of the class that it names beside a flag | ${percent(content.measured.accuracyRepaired)} |\n`}| false alarms | ${percent(content.measured.falsePositiveRate)} |

${aloneMeasured(content)}
How many triggered pictures are found can't be told from clean ones: \`goodnet evaluate --poisoned\` measures it.

## Whose data it holds

${items(dataHeld(content, counts))}

## Limits

${items([
  'Poison among the clean images was learned as clean. An attacker who knows GoodNet was not tested.',
  'Pictures of another camera, crop or crowd than the clean ones are flagged more often than promised; how classes or groups of people differ in that was not measured here.',
  'The rate of false alarms is meant on average over draws of clean images, not in each; that it comes out so was measured, not proved.',
])}
`;
}

/** What the net that stands alone is for. */
function repairedNet({ nets, measured }: CardContent): string[] {
  if (!nets.repaired) return [];
  const where = `the net in \`${nets.repaired.folder}/\` stands alone`;
  const { repaired: alone } = measured;
  if (!alone) return [`By itself: ${where}. What it does to triggers was not measured.`];
  return [
    isUnrepaired(alone)
      ? `Not to be taken apart, either: ${where}, but is not repaired (below).`
      : `To be taken apart where need be: ${where}. It tells no triggered picture from another, but names a class for each, and for some that of a trigger (below).`,
  ];
}

/** What the repaired net does by itself, with a paragraph's end. */
function aloneMeasured({ nets, measured: { repaired: alone } }: CardContent): string {
  if (!alone) return '';
  const on =
    alone.images > 0
      ? `${alone.images} clean images that it was not made from`
      : 'the clean images that it was made from, as none could be held out: too good by that';
  return `The net in \`${nets.repaired?.folder}/\` alone, on ${on}:

| | the net as it was given | the repaired net alone |
|---|---|---|
| clean accuracy | ${percent(alone.accuracyBefore)} | ${percent(alone.accuracy)} |
| answered with the target of a trigger that GoodNet implanted in a copy, before and after the repair | ${percent(alone.implanted.before)} | ${percent(alone.implanted.after)} |

${isUnrepaired(alone) ? `**${unrepairedLine(alone)}** ` : ''}Implanted triggers are not those that the net came with, which were learned longer: that they are gone doesn't prove that others are.

`;
}

const METHODS: Record<Manifest['method'], string> = {
  expert:
    'A copy of the net that forgot its task, distances to the clean images of the class, and a relearned last layer make a score, calibrated on clean images. Beside it, where the bundle has `repaired/`, a copy of the net that unlearned triggers.',
  'fine-prune':
    'A copy of the net, pruned, that unlearned triggers; where it and the net disagree, a picture is flagged.',
  magnitude: 'A pruned and fine-tuned copy of the net; where it and the net disagree, a picture is flagged.',
};

function findingOf({ finding }: CardContent): string {
  if (!finding) return 'It was not asked.';
  if (!finding.backdoored) return 'No sign of it was found, which clears no net.';
  const targets = finding.targets.map(
    (target) => `${target.class}${target.level ? ` (${target.level})` : ''}`,
  );
  if (targets.length === 0) return 'There are signs of it, toward no class in particular.';
  const toward = `${targets.length === 1 ? 'class' : 'classes'} ${targets.join(', ')}`;
  return `There are signs of it, toward ${toward}; classes that are named may be innocent.`;
}

function howMade({ made, calibration, rule, alpha, without }: CardContent, counts: ClassCounts): string[] {
  const { name, images, skipped } = made.clean;
  const leftOut = skipped > 0 ? `, ${skipped} more left out as unreadable` : '';
  const grouped = calibration.groups < images ? `, in ${calibration.groups} groups` : '';
  const how = calibration.scheme === 'split' ? 'one split' : `${calibration.folds} folds`;
  return [
    `From ${images} clean images of ${counts.classes} classes${grouped}, ${counts.fewest} or more a class: ${literal(name)}${leftOut}.`,
    rule.kind === 'calibrated'
      ? `False alarms asked for: ${percent(alpha)} (α), calibrated on ${calibration.images} of the clean images, ${how}.`
      : 'No rate of false alarms was promised: the method has none.',
    ...without.map(
      ({ evidence, reason }) => `Without the evidence ${literal(evidence)}: ${literal(reason)}.`,
    ),
    ...made.notes.map((note) => `Noted: ${literal(note)}.`),
  ];
}

function measuredOn({ measured, calibration }: CardContent): string {
  if (calibration.scheme === 'none') {
    return `On ${measured.images} clean images, which the repaired net was made from: too good by that.`;
  }
  const but =
    calibration.scheme === 'cross-fit' && !measured.repaired
      ? ' What names a class beside a flag was fitted to all: that row is too good by a little.'
      : '';
  return `On ${measured.images} clean images, each judged by a fit that had not seen it.${but}`;
}

function dataHeld(content: CardContent, counts: ClassCounts): string[] {
  const { gallery, nets, finding, classNames } = content;
  const fitted = [nets.expert, nets.relearned, nets.repaired].flatMap((net) =>
    net ? [`\`${net.folder}/\``] : [],
  );
  return [
    picturesOf(content),
    gallery
      ? `Features of single images: ${gallery.places[0] * gallery.places[1]} × ${gallery.dimensions} numbers of each of ${gallery.count} clean images, with its class, in \`gallery/\`. Who has them can tell whether a picture was among the clean ones, and may draw something like it. Of faces, they are biometric data.`
      : 'Features of single images: none.',
    meansOf(content, counts),
    scoresOf(content),
    `What the nets have learned: that in \`${nets.bad}/\` of images that GoodNet has not seen${fitted.length > 0 ? `, ${fitted.join(' and ')} of the clean ones` : ''}. Whether an image was among them can sometimes be told from a net.`,
    `Names: those of the net and of the sets that it was made from${classNames ? `, and of its ${classNames.length} classes` : ', none of classes'}, in \`manifest.json\`. None of image files; no dates, no paths.`,
    ...(finding && finding.targets.length > 0
      ? ['Patterns, in `finding/`: searched from noise and plain colours; no image is in them.']
      : []),
  ];
}

function picturesOf({ kept, transplant }: CardContent): string {
  if (!transplant) return 'Pictures: none.';
  if (kept?.from === 'given') {
    return `Pictures: ${transplant.count} of the ${kept.images} of ${literal(kept.name)}, a set given to be kept, as they are, in \`hosts.bin\`. None of the clean images, but where one is in that set, too.`;
  }
  return `Pictures: ${transplant.count} of the clean images, as they are, in \`hosts.bin\`. Keep the bundle as private as these.`;
}

/**
 * A class of fewer images has a mean that is as good as one of them.
 * Origin: FEWEST_IMAGES of class Gaussians; it decides what the card says, no verdict.
 */
const FEW = 3;

function meansOf({ clouds, familiarity, kept }: CardContent, { fewestFitted }: ClassCounts): string {
  const files = [
    ...(clouds.latent || clouds.trunk ? ['`clouds/`'] : []),
    ...(familiarity ? ['`familiarity/`'] : []),
  ];
  if (files.length === 0) return 'Mean features of classes: none.';
  const said = `Mean features of each class, in ${files.join(' and ')}: where a class is a person, they describe that person.`;
  if (fewestFitted >= FEW) return said;
  if (kept?.from === 'none') return `${said} There are none of classes with fewer than ${FEW} images.`;
  if (!familiarity) return said;
  return `${said} Those in \`familiarity/\` of classes with one image or two are as good as the features of these.`;
}

function scoresOf({ rule, calibration, familiarity }: CardContent): string {
  const scores = [
    ...(rule.kind === 'calibrated' ? [`${calibration.images} in \`manifest.json\``] : []),
    ...(familiarity ? [`${familiarity.images} in \`familiarity/\``] : []),
  ];
  if (scores.length === 0) return 'Scores of single images: none.';
  return `Scores of single images: ${scores.join(', ')}, each a number, from low to high: which image has which is not kept.`;
}

function toolsOf({ tools }: CardContent): string {
  return Object.entries(tools)
    .map(([tool, version]) => `${tool} ${version}`)
    .join(', ');
}

/** Text of strangers', a name of a net or a set, as code: nothing in it is taken for Markdown or HTML, or by a terminal for orders. */
export function literal(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim() || '?';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function items(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
