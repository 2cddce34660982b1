import { markdown, section } from '../../markdown';
import { type Change, type MeanChange, overNets } from './compare';
import type { AsItIs, Changes } from './measure';
import type { Part } from './parts';

/** A part with what it changes on each net that has it. */
export interface MeasuredPart {
  readonly part: Pick<Part, 'name' | 'what'>;
  readonly nets: readonly { readonly name: string; readonly changes: Changes }[];
}

/** The figures that a part may change, in the order of their columns. */
const FIGURES = ['detected', 'area', 'falseAlarms', 'right'] as const;
const HEADS = ['detected', 'AUROC', 'false alarms', 'named rightly'];

/** What stands above the tables. */
export const LEGEND = [
  'What each part of the detector adds: with it, less without it, in points of per cent, with the 95 % interval. Detected counts',
  'poisoned images on which the attack works, false alarms clean ones; named rightly is B′ where the class that B names is passed over',
  '(gallery), or G on clean images (views). Means are over nets that have the part, each net as good as another, and their intervals are',
  'of nets (Student’s); of one net, of its images, or signs. Other parts stay as they are. All is made from the readings of one repair a',
  'net: scales and calibration anew, nothing trained again; no part here needs a repair of its own.',
].join('\n');

/** The nets as they are. */
export function asItIsTable(nets: readonly { readonly name: string; readonly figures: AsItIs }[]): string {
  return section(
    'As it is',
    markdown(
      ['net', 'detected', 'at 5 %', 'AUROC', 'false alarms', 'poisoned images', 'clean images'],
      nets.map(({ name, figures }) => [
        name,
        percent(figures.detected),
        percent(figures.detectedAtFive),
        Number.isNaN(figures.area) ? '' : figures.area.toFixed(4),
        percent(figures.falseAlarms),
        figures.poisoned === 0 ? '' : String(figures.poisoned),
        String(figures.clean),
      ]),
    ),
  );
}

/** A row a part: the mean over nets. */
export function partsTable(parts: readonly MeasuredPart[]): string {
  const rows = parts.map(({ part, nets }) => {
    const found = FIGURES.map((figure) => overNets(nets.flatMap(({ changes }) => changes[figure] ?? [])));
    const images = Math.max(0, ...found.map((each) => each?.images ?? 0));
    return [
      part.name,
      part.what,
      ...found.map((each) => (each ? interval(each) : '')),
      String(nets.length),
      images === 0 ? '' : String(images),
    ];
  });
  return section('What each part adds', markdown(['part', 'what it is', ...HEADS, 'nets', 'images'], rows));
}

/** A row a net, of one part. */
export function netsTable({ part, nets }: MeasuredPart): string {
  const cell = (change: Change | undefined) => (change ? interval(overNets([change])!) : '');
  const rows = nets.map(({ name, changes }) => [name, ...FIGURES.map((figure) => cell(changes[figure]))]);
  return section(part.name, nets.length > 0 ? markdown(['net', ...HEADS], rows) : 'No net has it.');
}

/** `+1.2 (+0.3 to +2.1)`, in points. */
export function interval({ mean, low, high }: Pick<MeanChange, 'mean' | 'low' | 'high'>): string {
  return `${points(mean)} (${points(low)} to ${points(high)})`;
}

function points(share: number): string {
  const text = (100 * share).toFixed(1);
  if (Number(text) === 0) return '0.0';
  return share > 0 ? `+${text}` : text.replace('-', '−');
}

function percent(share: number): string {
  return Number.isNaN(share) ? '' : (100 * share).toFixed(1);
}
