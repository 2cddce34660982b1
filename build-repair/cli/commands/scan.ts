import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import type { Log } from 'sarif';
import { GoodNetError, messageOf, NetError, UsageError } from '../../../models/errors';
import type { Fit } from '../../../models/images/fit';
import type { ImageSet } from '../../../models/images/set';
import type { ImageSize } from '../../../models/keras';
import { type PixelScaling, readPixels } from '../../../models/pixels';
import { version } from '../../../models/version';
import { passedOverLines } from '../../images/passed-over';
import type { Scan } from '../../scan/types';
import { lookOf } from '../../terminal';
import { EXIT, Outcome } from '../exit';
import { interruptible } from '../interrupt';
import {
  classOrderOption,
  fitOption,
  groupOption,
  type ImageFlags,
  imageOptions,
  openLabelled,
} from '../open';
import { inputSizeOption, whole } from '../options';
import { checkOutput, writeText } from '../output';
import { print, printJson } from '../print';
import { startWork } from '../start';
import type { StepLines } from '../step-lines';

interface ScanFlags extends ImageFlags {
  clean?: string;
  architecture?: string;
  inputSize?: ImageSize;
  pixels?: string;
  fit?: Fit;
  seed: number;
  acceptLowAccuracy?: boolean;
  json?: boolean;
  sarif?: string;
  exitCode?: number;
  verbose?: boolean;
}

/** Exit codes are of 8 bits, and those from 126 on are the shell's. */
const HIGHEST_EXIT_CODE = 125;

/** `goodnet scan NET [--clean SET]` */
export function scanCommand(): Command {
  const command = new Command('scan')
    .description('is this net backdoored? Tell signs of it, and possible target classes; nothing is repaired')
    .argument('<net>', 'Keras .h5 or .keras, ONNX .onnx, or weights-only .h5 with --architecture')
    .option(
      '--clean <set>',
      'clean labelled images, as repair reads them; left out: what the net alone shows, which is much less',
    )
    .option('--architecture <name>', 'of a weights-only file: deepid, or the path of an architecture JSON')
    .option(
      '--pixels <scaling>',
      'as repair has it; left out: what the net does best under, without --clean 0-1',
    )
    .option('--seed <n>', 'seed of everything random', whole(0, 2 ** 31 - 1), 1)
    .option('--accept-low-accuracy', 'go on where labels and net don’t fit')
    .option('--json', 'print JSON')
    .option(
      '--sarif <file>',
      'write SARIF 2.1.0, too, for code scanning; -: to standard output, in place of the text',
    )
    .option(
      '--exit-code <n>',
      'for pipelines: exit with this where there are signs of a backdoor, with 0 where there are none (errors exit with 1 or 2)',
      whole(1, HIGHEST_EXIT_CODE),
    );
  return classOrderOption(groupOption(imageOptions(fitOption(inputSizeOption(command))))).action(scanAction);
}

async function scanAction(netPath: string, flags: ScanFlags): Promise<void> {
  const told = flags.pixels === undefined ? undefined : readPixels(flags.pixels);
  await checkSarif(netPath, flags);
  const { scanned, sha256 } = await scanFile(netPath, flags, told).catch(async (error) => {
    await writeFailed(netPath, flags, error);
    throw error;
  });
  const { scanOutcome, scanText } = await import('../../scan/words');
  if (flags.sarif !== undefined) {
    const { scanSarif } = await import('../../scan/sarif');
    await writeSarif(flags.sarif, scanSarif(scanned, { path: netPath, sha256 }));
  }
  if (flags.json) {
    const said = scanOutcome(scanned).join(' ');
    printJson({ net: netPath, sha256, said, ...scanned, goodnet: version });
  } else if (flags.sarif !== '-') print(scanText(scanned, lookOf(process.stdout)));
  // Not as if it had been looked at.
  if (scanned.outcome === 'refused') throw new Outcome(EXIT.failed);
  if (scanned.outcome === 'signs' && flags.exitCode !== undefined) throw new Outcome(flags.exitCode);
}

/** Before the work: whether SARIF can be written where it is to go. */
async function checkSarif(netPath: string, { sarif, json, clean, architecture }: ScanFlags): Promise<void> {
  if (sarif === undefined) return;
  if (sarif === '-' && json)
    throw new UsageError('--sarif - and --json both go to standard output', {
      hint: 'Give --sarif a file, or leave one of them out.',
    });
  await checkOutput(
    sarif,
    [netPath, clean, architecture].filter((each) => each !== undefined),
  );
}

async function scanFile(
  netPath: string,
  flags: ScanFlags,
  told: ReturnType<typeof readPixels> | undefined,
): Promise<{ scanned: Scan; sha256: string }> {
  const { lines } = await startWork(flags);
  if (told?.said) lines.say(told.said);
  withoutEffect(flags).forEach(lines.say);
  const left = flags.sarif === undefined ? undefined : 'the SARIF tells so.';
  const scanned = await interruptible(
    (signal) => scanNet(netPath, flags, told?.scaling, lines, signal),
    left,
  ).finally(() => lines.finish());
  return { scanned, sha256: await digestOf(netPath) };
}

/** What was told of clean images where there are none, in a sentence. */
function withoutEffect(flags: ScanFlags): string[] {
  if (flags.clean !== undefined) return [];
  const told = [
    flags.fit !== undefined && '--fit',
    flags.classOrder !== undefined && '--class-order',
    flags.group !== undefined && '--group',
    flags.dataName !== undefined && '--data-name',
    flags.labelName !== undefined && '--label-name',
    flags.layout !== undefined && '--layout',
    flags.skipBad && '--skip-bad',
    flags.acceptLowAccuracy && '--accept-low-accuracy',
  ].filter((each) => each !== undefined && each !== false);
  return told.length > 0 ? [`${told.join(', ')} has no effect without --clean: it is for clean images`] : [];
}

/** SARIF of a scan that failed, so that none of an earlier one is taken for it. What failed is told even where this can't be written. */
async function writeFailed(path: string, { sarif }: ScanFlags, error: unknown): Promise<void> {
  if (sarif === undefined) return;
  const { failedSarif } = await import('../../scan/sarif');
  await writeSarif(sarif, failedSarif(messageOf(error), path)).catch(() => {});
}

async function writeSarif(path: string, log: Log): Promise<void> {
  await writeText(path, `${JSON.stringify(log, null, 2)}\n`);
}

async function scanNet(
  netPath: string,
  flags: ScanFlags,
  pixels: PixelScaling | undefined,
  lines: StepLines,
  signal: AbortSignal,
): Promise<Scan> {
  const { loadNet } = await import('../../../models/net-files');
  const { scan } = await import('../../scan/scan');
  const { scanSteps } = await import('../../repair/plan');
  const net = await loadNet(netPath, flags).catch((error) => refusedNet(netPath, flags, error));
  if ('outcome' in net) return net;
  const shown = { ...net, inputShape: { ...net.inputShape, fit: flags.fit } };
  let clean: ImageSet | undefined;
  try {
    clean =
      flags.clean === undefined
        ? undefined
        : await openLabelled(flags.clean, shown, { ...flags, isPromised: false });
    lines.begin(
      scanSteps({
        images: clean?.size ?? 0,
        pixels: pixels !== undefined,
        fit: flags.fit !== undefined || !clean?.withFit,
      }),
    );
    return await scan({
      net,
      clean,
      pixels,
      acceptLowAccuracy: flags.acceptLowAccuracy,
      seed: flags.seed,
      progress: lines.report,
      say: lines.detail,
      tell: lines.say,
      signal,
    });
  } finally {
    clean?.close();
    net.model.dispose();
    if (clean && clean.skipped.length > 0) lines.say(`Left out ${clean.skipped.length} unreadable images`);
    passedOverLines(clean?.passedOver).forEach(lines.say);
  }
}

/** What is told of a net that can't be loaded. @throws the error itself, where nothing more can be told */
async function refusedNet(netPath: string, flags: ScanFlags, error: unknown): Promise<Scan> {
  if (!(error instanceof NetError)) throw error;
  const { inspectNet } = await import('../../../models/net-files');
  const { refused } = await import('../../scan/refused');
  const described = await inspectNet(netPath, flags).catch(() => {
    throw error;
  });
  if (described.problems.length === 0) throw error;
  // Not what the net is like, but what was not told of it.
  if (described.format === 'weights-h5' && described.parameters > 0 && flags.architecture === undefined)
    throw new UsageError(error.message, { hint: error.hint, cause: error });
  return refused(described);
}

/** SHA-256 of a net's file, and of those that its weights lie in, one after the other; read in pieces: nets may be large. */
async function digestOf(path: string): Promise<string> {
  const { filesOf } = await import('../../../models/net-files');
  const files = await filesOf(path).catch(() => [path]);
  const hash = createHash('sha256');
  try {
    for (const file of files) for await (const piece of createReadStream(file)) hash.update(piece);
  } catch (cause) {
    throw new GoodNetError(`${path} can't be read`, { cause });
  }
  return hash.digest('hex');
}
