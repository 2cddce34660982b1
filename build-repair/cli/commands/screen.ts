import { Command } from 'commander';
import { UsageError } from '../../../models/errors';
import type { ImageSet } from '../../../models/images/set';
import { headOf, lineOf, type RowFormat } from '../../screen/rows';
import { screen } from '../../screen/screen';
import { interruptible } from '../interrupt';
import { parseLayout } from '../open';
import { openOutput } from '../output';
import { ProgressLines } from '../progress-lines';

interface ScreenFlags {
  out?: string;
  format?: string;
  layout?: string;
}

/** `goodnet screen BUNDLE PATH… [--out FILE.csv|.jsonl]` */
export function screenCommand(): Command {
  return new Command('screen')
    .description('give a verdict on every image of files, folders and HDF5 sets')
    .argument('<bundle>', 'a bundle, or the store that holds it')
    .argument('<paths...>', 'images, folders of images, HDF5 sets')
    .option('--out <file>', 'write to a .csv or .jsonl file instead of standard output')
    .option('--format <name>', 'csv or jsonl; left out: what --out ends in, else csv')
    .option('--layout <order>', 'of an HDF5 file, where both fit: channels-first or channels-last')
    .action(async (bundle: string, paths: string[], flags: ScreenFlags) => {
      const format = formatOf(flags);
      const layout = parseLayout(flags.layout);
      const { startEngine } = await import('../../../models/engine');
      const { GoodNet } = await import('../../../models/goodnet');
      const { openImages } = await import('../../images/open');
      await startEngine();
      const lines = new ProgressLines();
      const goodnet = await GoodNet.load(bundle);
      const sets: ImageSet[] = [];
      try {
        for (const path of paths) {
          sets.push(
            await openImages(path, {
              shape: goodnet.shape,
              classes: goodnet.classes,
              labelsRequired: false,
              layout,
              skipBad: true,
            }),
          );
        }
        const output = await openOutput(flags.out);
        try {
          await output.write(headOf(format));
          const totals = await interruptible((signal) =>
            screen(goodnet, sets, (row) => output.write(lineOf(row, format)), {
              progress: lines.report,
              signal,
            }),
          );
          await output.finish();
          lines.say(
            `${totals.images} images: ${totals.backdoored} backdoored, ${totals.images - totals.backdoored - totals.errors} clean, ${totals.errors} unreadable`,
          );
        } catch (error) {
          await output.discard();
          throw error;
        }
      } finally {
        for (const set of sets) set.close();
        goodnet.dispose();
      }
    });
}

function formatOf({ out, format }: ScreenFlags): RowFormat {
  const wanted = format ?? (out === undefined || out === '-' ? 'csv' : out.slice(out.lastIndexOf('.') + 1));
  if (wanted === 'csv' || wanted === 'jsonl') return wanted;
  throw new UsageError(
    format === undefined
      ? `--out ${out}: a name ending in .csv or .jsonl is wanted`
      : `--format ${format}: csv or jsonl is wanted`,
  );
}
