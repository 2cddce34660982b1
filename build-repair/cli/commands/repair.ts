import { join } from 'node:path';
import { Command } from 'commander';
import { METHODS, type Method } from '../../../models/bundle/methods';
import { GoodNetError } from '../../../models/errors';
import type { Fit } from '../../../models/images/fit';
import type { ImageSet } from '../../../models/images/set';
import type { ImageSize } from '../../../models/keras';
import { readPixels } from '../../../models/pixels';
import { passedOverLines } from '../../images/passed-over';
import { bothKept } from '../../repair/check/kept';
import type { SetObserver } from '../../report/observe';
import { lookOf } from '../../terminal';
import { interruptible } from '../interrupt';
import {
  classOrderOption,
  fitOption,
  groupOption,
  type ImageFlags,
  imageOptions,
  openLabelled,
  openUnlabelled,
} from '../open';
import { givenPath, inputSizeOption, oneOf, rate, whole } from '../options';
import { print, printError } from '../print';
import { repairedText } from '../repaired';
import { type ReportFlags, reportOption, reportPlace, writeReport } from '../report';
import { askServedBy, startWork } from '../start';
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
  reportOption(command, 'report.html in the store');
  return classOrderOption(groupOption(imageOptions(fitOption(inputSizeOption(command))))).action(
    async (netPath: string, flags: RepairFlags) => {
      await repairAction(netPath, flags);
    },
  );
}

async function repairAction(netPath: string, flags: RepairFlags): Promise<void> {
  const told = flags.pixels === undefined ? undefined : readPixels(flags.pixels);
  const pixels = told?.scaling;
  if (flags.hosts !== undefined && !flags.images) throw bothKept();
  const { clean, unlabelled, hosts, architecture } = flags;
  const inputs = [netPath, clean, unlabelled, hosts, architecture].filter((each) => each !== undefined);
  const report = await reportPlace(flags, join(flags.out, 'report.html'), inputs);
  const { Clock } = await import('../../report/clock');
  const clock = new Clock();
  const signing = await openSigning(flags.sign, trustOf(undefined), printError);
  const { engine, lines } = await startWork(flags);
  if (told?.said) lines.say(told.said);
  const { loadNet } = await import('../../../models/net-files');
  const { repair } = await import('../../repair/repair');
  const { repairSteps } = await import('../../repair/plan');
  const { calibrationObserver } = await import('../../report/observe');
  let observer: SetObserver | undefined;
  const result = await interruptible(async (signal) => {
    const net = await loadNet(netPath, flags);
    // How pictures are brought to the net's size goes with it, wherever they are read.
    const shown = { ...net, inputShape: { ...net.inputShape, fit: flags.fit } };
    const clean = await openLabelled(flags.clean, shown, flags);
    observer = report === undefined ? undefined : calibrationObserver(clean, flags.images);
    let unlabelled: ImageSet | undefined;
    let hosts: ImageSet | undefined;
    try {
      unlabelled =
        flags.unlabelled === undefined ? undefined : await openUnlabelled(flags.unlabelled, shown, flags);
      hosts = flags.hosts === undefined ? undefined : await openUnlabelled(flags.hosts, shown, flags);
      lines.begin(
        repairSteps({
          method: flags.method,
          images: clean.size,
          classes: net.classes,
          grouped: flags.group !== undefined,
          pixels: pixels !== undefined,
          fit: flags.fit !== undefined || !clean.withFit,
          finding: flags.finding !== false,
          unlabelled: unlabelled?.size ?? 0,
          hosts: hosts?.size,
          keepsImages: flags.images,
        }),
      );
      return await repair({
        netPath,
        net,
        clean,
        unlabelled,
        hosts,
        keepsImages: flags.images,
        out: flags.out,
        method: flags.method,
        pixels,
        acceptLowAccuracy: flags.acceptLowAccuracy,
        alpha: flags.alpha,
        seed: flags.seed,
        finding: flags.finding !== false,
        acceptUnrepaired: flags.acceptUnrepaired,
        signing,
        askServed: await askServedBy(engine),
        observe: observer?.add,
        progress: clock.listen(lines.report),
        say: lines.detail,
        tell: lines.say,
        signal,
      });
    } finally {
      clean.close();
      unlabelled?.close();
      hosts?.close();
      lines.finish();
      const sets = [clean, unlabelled, hosts];
      const skipped = sets.reduce((sum, set) => sum + (set?.skipped.length ?? 0), 0);
      if (skipped > 0) lines.say(`Left out ${skipped} unreadable images`);
      for (const set of sets) passedOverLines(set?.passedOver).forEach(lines.say);
    }
  });
  if (report !== undefined && observer) {
    const { repairReport } = await import('../../report/of-repair');
    const run = { ...clock.taken(), engine: engine.description, inputs: inputsOf(netPath, flags) };
    await writeReport(report, await repairReport(result, observer.observed(), run));
  }
  print(repairedText({ ...result, report, signedBy: signing?.signer.keyId }, lookOf(process.stdout)));
  if (!result.madeCurrent) throw notMadeCurrent(result.manifest.id, flags);
}

/** The bundle is there, and a script is not to go on as if it were answered with. */
function notMadeCurrent(id: string, { out, sign }: RepairFlags): GoodNetError {
  const signed = sign === undefined ? '' : ` --sign ${sign}`;
  return new GoodNetError('The net is not repaired: its bundle is written, but was not made current', {
    hint: `To answer with it all the same: goodnet activate ${id.slice(0, 16)} --store ${out}${signed}, or repair with --accept-unrepaired.`,
  });
}

function inputsOf(netPath: string, flags: RepairFlags): { label: string; value: string }[] {
  const given: [string, string | undefined][] = [
    ['Net', netPath],
    ['Architecture', flags.architecture],
    ['Clean images', flags.clean],
    ['Images without labels', flags.unlabelled],
    ['Images to keep', flags.hosts ?? (flags.images ? undefined : 'none')],
    ['Kept together by', flags.group],
    ['Store', flags.out],
  ];
  return given.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}
