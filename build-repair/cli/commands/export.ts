import { Command } from 'commander';
import type { Exported, Manifest, PlainNet } from '../../index';
import { describePixels, PLAIN_NETS } from '../../library/option-values';
import { isUnrepaired, unrepairedLine } from '../../repair/write/unrepaired';
import { givenPath, oneOf } from '../options';
import { print, printError } from '../print';
import { short } from '../store-contents';
import { openTrusted, trustOf } from '../trust';

interface ExportFlags {
  readonly net: PlainNet;
  readonly to?: string;
  readonly force?: boolean;
  readonly trust?: string[];
}

/** `goodnet export BUNDLE --net bad|repaired [--to PLACE]` */
export function exportCommand(): Command {
  return new Command('export')
    .summary('write one net of a bundle for Keras, as ONNX, or for TensorFlow.js')
    .description(
      'write one net of a bundle, without the detector, for Keras (.h5), as ONNX (.onnx) or for TensorFlow.js (a folder): it takes images as the bad net took them, and answers with the probability of each class',
    )
    .argument('<bundle>', 'a bundle, or the store that holds it; a store may be s3://bucket/prefix')
    .requiredOption(
      '--net <which>',
      'bad (as it was given), or repaired, where that is a net of its own',
      oneOf(PLAIN_NETS, '--net'),
    )
    .option(
      '--to <place>',
      'a file that ends in .h5 or .onnx, or a folder for TensorFlow.js; left out: bad.h5 or repaired.h5',
      givenPath,
    )
    .option('--force', 'replace what an export wrote there before')
    .option(
      '--trust <key...>',
      'only a bundle that one of these keys has signed: files, or ARNs in KMS; left out: GOODNET_TRUST',
    )
    .action(async (path: string, { net, to = `${net}.h5`, force = false, trust }: ExportFlags) => {
      const trusted = await openTrusted(trustOf(trust), printError);
      const { exportNet } = await import('../../library/export-net');
      const { kind, manifest } = await exportNet({ bundle: path, net, to, force, trust: trusted });
      tell(to, kind, net, manifest);
    });
}

const ALONE: Readonly<Record<PlainNet, string>> = {
  bad: 'It is the net that was given: what backdoor it has, it has here.',
  repaired: 'Without the detector it names a class for each image, triggered ones too.',
};

function tell(
  to: string,
  kind: Exported['kind'],
  net: PlainNet,
  { name, id, input, classes, measured }: Manifest,
): void {
  const { height, width, channels, pixels, fit } = input;
  print(`${to}: the ${net} net of ${name}, bundle ${short(id)}`);
  const takes =
    kind === 'onnx'
      ? `${channels}×${height}×${width} (channels×height×width)`
      : `${height}×${width}×${channels} (height×width×channels)`;
  print(`  takes ${takes}, pixels ${describePixels(pixels)}`);
  if (fit !== 'stretch') print(`  pictures of another size were brought to it by --fit ${fit}`);
  print(`  answers with ${classes} probabilities`);
  print(ALONE[net]);
  if (net === 'repaired' && measured.repaired && isUnrepaired(measured.repaired))
    print(unrepairedLine(measured.repaired));
}
