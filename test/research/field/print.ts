import { leavesOut, type Rate } from '../../../build-repair/evaluate/interval';
import { markdown, section, short } from '../../markdown';
import type { Auroc } from './auroc';
import { AT, type NetFigures } from './figures';

/** What every detector came to on a net; the first is GoodNet. */
export interface MeasuredNet {
  readonly net: string;
  readonly figures: readonly NetFigures[];
}

/** GoodNet on a net with few clean images. */
export interface FewRow {
  readonly net: string;
  /** `2 a class`. */
  readonly few: string;
  readonly images: number;
  /** The least rate of {@link AT} that the repair took; undefined where it took none. */
  readonly promised: number | undefined;
  readonly figures: NetFigures | undefined;
  /** What the repair refused, and what it says of its promise. */
  readonly words: readonly string[];
}

/** `0.991 (0.985–0.995)`. */
export function aurocText({ area, low, high }: Auroc): string {
  if (Number.isNaN(area)) return 'none';
  return `${area.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

const percent = (alpha: number) => `${100 * alpha} %`;

/**
 * The tables of the field: area, detection and false alarms of each detector, beside each other. What GoodNet misses most stands first.
 * @param names of the detectors, in the order of the figures
 */
export function fieldTables(names: readonly string[], nets: readonly MeasuredNet[]): string {
  const rows = nets
    .flatMap(({ net, figures }) =>
      figures[0]!.triggers.map((own, i) => ({ net, own, all: figures.map(({ triggers }) => triggers[i]!) })),
    )
    .sort((a, b) => a.own.found[0]!.rate - b.own.found[0]!.rate || a.own.auroc.area - b.own.auroc.area);
  const sorted = [...new Set(rows.map(({ net }) => net))].map(
    (name) => nets.find(({ net }) => net === name)!,
  );
  const triggers = (title: string, cell: (of: NetFigures['triggers'][number]) => string) =>
    section(
      title,
      markdown(
        ['net', 'trigger', ...names, 'images', 'attack works'],
        rows.map(({ net, own, all }) => [
          net,
          own.trigger,
          ...all.map(cell),
          String(own.works.hits),
          short(own.works),
        ]),
      ),
    );
  return [
    ...AT.map((alpha, at) => triggers(`Found at ${percent(alpha)}`, ({ found }) => short(found[at]!))),
    triggers('AUROC', ({ auroc }) => aurocText(auroc)),
    ...AT.map((alpha, at) =>
      section(
        `False alarms at ${percent(alpha)}`,
        markdown(
          ['net', ...names, 'images'],
          sorted.map(({ net, figures }) => [
            net,
            ...figures.map(({ alarms }) => short(alarms[at]!)),
            String(figures[0]!.alarms[at]!.n),
          ]),
        ),
      ),
    ),
  ].join('\n\n');
}

/** GoodNet with few clean images: what it misses most first; then, in words, what was not promised. */
export function fewTable(rows: readonly FewRow[]): string {
  const lines = rows
    .flatMap((row) => {
      const { triggers } = row.figures ?? { triggers: [undefined] };
      return triggers.map((trigger) => ({ row, trigger }));
    })
    .sort((a, b) => (a.trigger?.auroc.area ?? -1) - (b.trigger?.auroc.area ?? -1));
  const cells = lines.map(({ row, trigger }) => [
    row.net,
    trigger?.trigger ?? '',
    row.few,
    String(row.images),
    trigger ? aurocText(trigger.auroc) : '–',
    ...AT.flatMap((alpha, at) =>
      row.figures && row.promised !== undefined && alpha >= row.promised
        ? [short(trigger!.found[at]!), againstPromise(row.figures.alarms[at]!, alpha)]
        : ['withheld', 'withheld'],
    ),
    trigger ? String(trigger.works.hits) : '',
    row.figures ? String(row.figures.alarms[0]!.n) : '',
  ]);
  const words = rows.flatMap((row) => row.words.map((each) => `- ${row.net}, ${row.few}: ${each}`));
  return section(
    'GoodNet with few clean images',
    markdown(
      [
        'net',
        'trigger',
        'clean images',
        'in all',
        'AUROC',
        ...AT.flatMap((alpha) => [`found at ${percent(alpha)}`, `false alarms at ${percent(alpha)}`]),
        'poisoned',
        'clean test images',
      ],
      cells,
    ),
    words.length > 0 ? `What repair says:\n\n${words.join('\n')}` : '',
  );
}

/** False alarms, with a word where their interval leaves out what was promised. */
function againstPromise(alarms: Rate, promised: number): string {
  const side = leavesOut(alarms, promised);
  return side ? `${short(alarms)}, ${side}` : short(alarms);
}
