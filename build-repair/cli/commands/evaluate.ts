import { Command } from 'commander';
import type { ImageSet } from '../../../models/images/set';
import { evaluate } from '../../evaluate/evaluate';
import { evaluationJson, evaluationText } from '../../evaluate/format';
import { interruptible } from '../interrupt';
import { type ImageFlags, imageOptions, openLabelled } from '../open';
import { writeText } from '../output';
import { ProgressLines } from '../progress-lines';

interface EvaluateFlags extends ImageFlags {
  clean: string;
  poisoned: string[];
  json?: string;
}

/** `goodnet evaluate BUNDLE --clean SET [--poisoned SET …] [--json FILE]` */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a bundle: clean accuracy and false positives, attack success and detection')
    .argument('<bundle>', 'a bundle, or the store that holds it')
    .requiredOption('--clean <set>', 'clean labelled images that the repair has not seen')
    .option('--poisoned <sets...>', 'poisoned images, labelled with the target class', collect, [])
    .option('--json <file>', 'write the figures as JSON, too');
  return imageOptions(command).action(async (path: string, flags: EvaluateFlags) => {
    const { startEngine } = await import('../../../models/engine');
    const { GoodNet } = await import('../../../models/goodnet');
    await startEngine();
    const lines = new ProgressLines();
    const goodnet = await GoodNet.load(path);
    const net = { inputShape: goodnet.shape, classes: goodnet.classes };
    const opened: ImageSet[] = [];
    const open = async (set: string) => {
      const images = await openLabelled(set, net, flags);
      opened.push(images);
      return images;
    };
    try {
      const clean = await open(flags.clean);
      const poisoned: ImageSet[] = [];
      for (const set of flags.poisoned) poisoned.push(await open(set));
      const result = await interruptible((signal) =>
        evaluate(goodnet, clean, poisoned, { progress: lines.report, signal }),
      );
      lines.finish();
      for (const set of opened) {
        if (set.skipped.length > 0)
          lines.say(`Left out ${set.skipped.length} unreadable images of ${set.name}`);
      }
      console.log(
        `${goodnet.manifest.name}, bundle ${goodnet.manifest.id.slice(0, 16)}, ${goodnet.manifest.method}`,
      );
      console.log(`\n${evaluationText(result)}`);
      if (flags.json !== undefined) {
        await writeText(flags.json, `${JSON.stringify(evaluationJson(result), null, 2)}\n`);
      }
    } finally {
      for (const set of opened) set.close();
      goodnet.dispose();
    }
  });
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
