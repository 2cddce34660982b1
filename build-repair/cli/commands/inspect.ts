import { Command } from 'commander';
import { startEngine } from '../../../models/engine';
import { inspectNet } from '../../../models/keras';

/** `goodnet inspect NET` */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      "tell what a net is: layers, shapes, parameters, classes; also of one that can't be repaired",
    )
    .argument('<net>', 'Keras .h5, .keras, or weights-only .h5')
    .option('--architecture <name>', 'of a weights-only file: deepid, or the path of an architecture JSON')
    .option('--json', 'print JSON')
    .action(async (path: string, flags: { architecture?: string; json?: boolean }) => {
      await startEngine();
      const net = await inspectNet(path, { architecture: flags.architecture });
      if (flags.json) console.log(JSON.stringify(net, null, 2));
    });
}
