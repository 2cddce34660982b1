import { Command } from 'commander';
import type { Log } from 'sarif';
import { UsageError } from '../../../models/errors';
import { version } from '../../../models/version';
import type { Fit, ImageSize, Scan } from '../../index';
import { readPixels } from '../../library/option-values';
import { lookOf } from '../../terminal';
import { checkOutput } from '../../writable';
import { EXIT, ExitWithCode } from '../exit';
import {
  classOrderOption,
  fitOption,
  groupOption,
  type ImageFlags,
  imageOptions,
  imagesOf,
} from '../image-flags';
import { interruptible } from '../interrupt';
import { inputSizeOption, memoryOption, whole } from '../options';
import { isStdout, writeText } from '../output';
import { print, printJson } from '../print';
import { startWork } from '../start';

interface ScanFlags extends ImageFlags {
  clean?: string;
  architecture?: string;
  inputSize?: ImageSize;
  pixels?: string;
  fit?: Fit;
  seed: number;
  memory?: number;
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
  memoryOption(command);
  return classOrderOption(groupOption(imageOptions(fitOption(inputSizeOption(command))))).action(scanAction);
}

async function scanAction(netPath: string, flags: ScanFlags): Promise<void> {
  if (flags.pixels !== undefined) readPixels(flags.pixels);
  await checkSarif(netPath, flags);
  const { scanned, sha256 } = await scanFile(netPath, flags).catch(async (error) => {
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
  } else if (!(await isStdout(flags.sarif))) print(scanText(scanned, lookOf(process.stdout)));
  // Not as if it had been looked at.
  if (scanned.outcome === 'refused') throw new ExitWithCode(EXIT.failed);
  if (scanned.outcome === 'signs' && flags.exitCode !== undefined) throw new ExitWithCode(flags.exitCode);
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

async function scanFile(netPath: string, flags: ScanFlags): Promise<{ scanned: Scan; sha256: string }> {
  const { lines } = await startWork(flags);
  withoutEffect(flags).forEach(lines.say);
  const left = flags.sarif === undefined ? undefined : 'the SARIF tells so.';
  const { scan } = await import('../../library/scan');
  const scanned = await interruptible(
    (signal) =>
      scan({
        ...flags,
        ...imagesOf(flags),
        net: netPath,
        onPlan: lines.begin,
        onProgress: lines.report,
        onNotice: lines.say,
        onDetail: lines.detail,
        signal,
      }),
    left,
  ).finally(() => lines.finish());
  const { netDigest } = await import('../../library/net-digest');
  return { scanned, sha256: await netDigest(netPath) };
}

/** What was told of clean images where there are none, in a sentence. */
function withoutEffect(flags: ScanFlags): string[] {
  if (flags.clean !== undefined) return [];
  const unused = [
    flags.fit !== undefined && '--fit',
    flags.classOrder !== undefined && '--class-order',
    flags.group !== undefined && '--group',
    flags.dataName !== undefined && '--data-name',
    flags.labelName !== undefined && '--label-name',
    flags.layout !== undefined && '--layout',
    flags.skipBad && '--skip-bad',
    flags.acceptLowAccuracy && '--accept-low-accuracy',
  ].filter((each) => each !== undefined && each !== false);
  return unused.length > 0
    ? [`${unused.join(', ')} has no effect without --clean: it is for clean images`]
    : [];
}

/** SARIF of a scan that failed, so that none of an earlier one is taken for it. What failed is told even where this can't be written. */
async function writeFailed(path: string, { sarif }: ScanFlags, error: unknown): Promise<void> {
  if (sarif === undefined) return;
  const { failedSarif } = await import('../../scan/sarif');
  await writeSarif(sarif, failedSarif(error, path)).catch(() => {});
}

async function writeSarif(path: string, log: Log): Promise<void> {
  await writeText(path, `${JSON.stringify(log, null, 2)}\n`);
}
