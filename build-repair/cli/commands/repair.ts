import { join } from 'node:path';
import { Command } from 'commander';
import { GoodNetError } from '../../../models/errors';
import type { Fit, ImageSize, Method } from '../../index';
import { METHODS, readPixels } from '../../library/option-values';
import { lookOf } from '../../terminal';
import {
  classOrderOption,
  fitOption,
  groupOption,
  type ImageFlags,
  imageOptions,
  imagesOf,
} from '../image-flags';
import { interruptible } from '../interrupt';
import { givenPath, inputSizeOption, memoryOption, oneOf, rate, whole } from '../options';
import { writeText } from '../output';
import { print, printError } from '../print';
import { repairedText } from '../repaired';
import { type ReportFlags, reportOption, reportPath } from '../report';
import { startWork } from '../start';
import { openSigning, trustOf } from '../trust';

interface RepairFlags extends ImageFlags, ReportFlags {
  clean: string;
  unlabelled?: string;
  hosts?: string;
  images: boolean;
  out: string;
  method: Method;
  architecture?: string;
  inputSize?: ImageSize;
  pixels?: string;
  fit?: Fit;
  alpha: number;
  seed: number;
  memory?: number;
  acceptLowAccuracy?: boolean;
  finding?: boolean;
  acceptUnrepaired?: boolean;
  sign?: string;
  verbose?: boolean;
}

/** `goodnet repair NET --clean SET --out DIR` */
export function repairCommand(): Command {
  const command = new Command('repair')
    .description('repair a BadNet with clean labelled images, calibrate the detector, write a bundle')
    .argument('<net>', 'Keras .h5 or .keras, ONNX .onnx, or weights-only .h5 with --architecture')
    .requiredOption(
      '--clean <set>',
      'clean labelled images: a folder with a folder a class, or with labels.csv; an HDF5 or .npz file (data, label); x.npy beside y.npy',
    )
    .option(
      '--unlabelled <set>',
      'images seen in service, labels not looked at; some may be poisoned: shows where suspicious ones gather (expert alone)',
    )
    .option(
      '--hosts <set>',
      'images that may be shown, labels not looked at: the bundle keeps 12 of these in place of clean ones (expert alone)',
      givenPath,
    )
    .option(
      '--no-images',
      'keep no images in the bundle, nor features of single ones, and show none in the report',
    )
    .requiredOption('--out <dir>', 'the store that the bundle goes into')
    .option('--method <name>', METHODS.join(', '), oneOf(METHODS, '--method'), 'expert')
    .option('--architecture <name>', 'of a weights-only file: deepid, or the path of an architecture JSON')
    .option(
      '--pixels <scaling>',
      '0-1, 0-255, -1-1, mean-std:M,M,M/S,S,S, or imagenet, cifar10, clip, inception, caffe, tf, torch; bgr- before it: blue first; left out: what B does best under',
    )
    .option('--alpha <rate>', 'share of clean images that may be answered "backdoored"', rate, 0.01)
    .option('--seed <n>', 'seed of everything random', whole(0, 2 ** 31 - 1), 1)
    .option(
      '--accept-low-accuracy',
      'go on where B names few of the clean images rightly, or labels and net don’t fit',
    )
    .option('--no-finding', 'do not ask whether the net itself is backdoored')
    .option('--accept-unrepaired', 'make the bundle current even where the net is not repaired');
  command.option(
    '--sign <key>',
    'sign the bundle: a private key’s file, or a KMS ARN; left out: GOODNET_SIGN',
  );
  memoryOption(command);
  reportOption(command, 'report.html in the store');
  return classOrderOption(groupOption(imageOptions(fitOption(inputSizeOption(command))))).action(
    async (netPath: string, flags: RepairFlags) => {
      await repairAction(netPath, flags);
    },
  );
}

async function repairAction(net: string, flags: RepairFlags): Promise<void> {
  if (flags.pixels !== undefined) readPixels(flags.pixels);
  const { clean, unlabelled, hosts, architecture } = flags;
  const inputs = [net, clean, unlabelled, hosts, architecture].filter((each) => each !== undefined);
  const report = await reportPath(flags, join(flags.out, 'report.html'), inputs);
  const signing = await openSigning(flags.sign, trustOf(undefined), printError);
  const { lines } = await startWork(flags);
  const { repair } = await import('../../library/repair');
  const result = await interruptible((signal) =>
    repair({
      ...flags,
      ...imagesOf(flags),
      net,
      keepsImages: flags.images,
      finding: flags.finding !== false,
      sign: signing,
      report: report !== undefined,
      onPlan: lines.begin,
      onProgress: lines.report,
      onNotice: lines.say,
      onDetail: lines.detail,
      signal,
    }),
  ).finally(() => lines.finish());
  if (report !== undefined && result.report !== undefined) await writeText(report, result.report);
  const signedBy = signing?.signer.keyId;
  print(repairedText({ ...result, report, signedBy }, lookOf(process.stdout)));
  if (!result.madeCurrent) throw notMadeCurrent(result.manifest.id, flags);
}

/** The bundle is there, and a script is not to go on as if it were answered with. */
function notMadeCurrent(id: string, { out, sign }: RepairFlags): GoodNetError {
  const signed = sign === undefined ? '' : ` --sign ${sign}`;
  return new GoodNetError('The net is not repaired: its bundle is written, but was not made current', {
    code: 'NET_NOT_REPAIRED',
    hint: `To answer with it all the same: goodnet activate ${id.slice(0, 16)} --store ${out}${signed}, or repair with --accept-unrepaired.`,
  });
}
