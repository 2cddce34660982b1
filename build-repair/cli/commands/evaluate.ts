import { join } from 'node:path';
import { Command } from 'commander';
import { evaluationJson, evaluationText } from '../../evaluate/format';
import { outcomeLines, promisedBy } from '../../evaluate/outcome';
import { lookOf } from '../../terminal';
import { checkOutput } from '../../writable';
import { classOrderOption, groupOption, type ImageFlags, imageOptions, imagesOf } from '../image-flags';
import { interruptible } from '../interrupt';
import { isStdout, writeText } from '../output';
import { print, printError } from '../print';
import { type ReportFlags, reportOption, reportPath } from '../report';
import { startWork } from '../start';
import { short } from '../store-contents';

const REPORT = 'report.html';
/** What a store or bundle can't be read without. Other files may lie in a store, such as reports. */
const POINTERS = ['current.json', 'manifest.json'];

interface EvaluateFlags extends ImageFlags, ReportFlags {
  clean: string;
  poisoned: string[];
  json?: string;
  verbose?: boolean;
}

/** `goodnet evaluate BUNDLE --clean SET [--poisoned SET …] [--json FILE] [--report FILE]` */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a bundle: clean accuracy and false positives, attack success and detection')
    .argument('<bundle>', 'a bundle, or the store that holds it; a store may be s3://bucket/prefix')
    .requiredOption(
      '--clean <set>',
      'clean labelled images that the repair has not seen, as repair reads them',
    )
    .option('--poisoned <sets...>', 'poisoned images, labelled with the target class', collect, [])
    .option('--json <file>', 'write the figures as JSON, too; -: on standard output, and nothing else there');
  reportOption(command, REPORT);
  groupOption(command, 'how the clean images belong together, of which intervals then are');
  return classOrderOption(imageOptions(command)).action(async (path: string, flags: EvaluateFlags) => {
    const inputs = [flags.clean, ...flags.poisoned, ...POINTERS.map((name) => join(path, name))];
    const report = await reportPath(flags, REPORT, inputs);
    if (flags.json !== undefined) await checkOutput(flags.json, inputs);
    const { lines } = await startWork(flags, false);
    const { evaluate } = await import('../../library/evaluate');
    const result = await interruptible((signal) =>
      evaluate({
        ...imagesOf(flags),
        bundle: path,
        clean: flags.clean,
        poisoned: flags.poisoned,
        report: report !== undefined,
        onPlan: lines.begin,
        onProgress: lines.report,
        onNotice: lines.say,
        signal,
      }),
    ).finally(() => lines.finish());
    const { manifest, likelyCause, notices } = result;
    // Where the figures go as JSON, nothing else does.
    const isJson = await isStdout(flags.json);
    const tell = isJson ? printError : print;
    const look = lookOf(isJson ? process.stderr : process.stdout);
    const promised = promisedBy(manifest);
    for (const line of outcomeLines(result, promised, look, likelyCause)) tell(line);
    notices.forEach(lines.say);
    tell(`\n${manifest.name}, bundle ${short(manifest.id)}, ${manifest.method}`);
    tell(`\n${evaluationText(result, promised, look)}`);
    if (flags.json !== undefined)
      await writeText(flags.json, `${JSON.stringify(evaluationJson(result, promised), null, 2)}\n`);
    if (report !== undefined && result.report !== undefined) {
      await writeText(report, result.report);
      tell(`\nReport: ${report}`);
    }
  });
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
