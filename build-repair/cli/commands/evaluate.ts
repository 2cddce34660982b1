import { join } from 'node:path';
import { Command } from 'commander';
import type { ImageSet } from '../../../models/images/set';
import { type Evaluation, evaluate } from '../../evaluate/evaluate';
import { evaluationJson, evaluationText } from '../../evaluate/format';
import { labelsNotice } from '../../evaluate/labels-fit';
import { likelyCause } from '../../evaluate/likely-cause';
import { outcomeLines, promisedBy } from '../../evaluate/outcome';
import { evaluationSteps } from '../../evaluate/plan';
import { fittedInWords } from '../../images/fitted';
import { laidOnWhite } from '../../images/laid-on-white';
import { passedOverLines } from '../../images/passed-over';
import type { Run } from '../../report/types';
import { lookOf } from '../../terminal';
import { classOrderOption, groupOption, type ImageFlags, imageOptions, openLabelled } from '../image-flags';
import { interruptible } from '../interrupt';
import { checkOutput, isStdout, writeText } from '../output';
import { print, printError } from '../print';
import { type ReportFlags, reportOption, reportPlace, writeReport } from '../report';
import { startWork } from '../start';

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
    const report = await reportPlace(flags, REPORT, inputs);
    if (flags.json !== undefined) await checkOutput(flags.json, inputs);
    const { pinBundle } = await import('../../screen/pin');
    const { GoodNet } = await import('../../../models/goodnet');
    const { Clock } = await import('../../report/clock');
    const { Observer } = await import('../../report/observe');
    const clock = new Clock();
    const { engine, lines } = await startWork(flags, false);
    // Once, and then read from there: another may become the current one meanwhile.
    const pinned = await pinBundle(path);
    const goodnet = await GoodNet.load(pinned.folder).catch(async (error) => {
      await pinned.close();
      throw error;
    });
    if (goodnet.withoutOnnx) lines.say(goodnet.withoutOnnx);
    const net = {
      inputShape: goodnet.shape,
      classes: goodnet.classes,
      classNames: goodnet.manifest.classNames,
    };
    const opened: ImageSet[] = [];
    const open = async (set: string, group?: string) => {
      const images = await openLabelled(set, net, { ...flags, group });
      opened.push(images);
      return images;
    };
    try {
      const clean = await open(flags.clean, flags.group);
      const poisoned: ImageSet[] = [];
      for (const set of flags.poisoned) poisoned.push(await open(set));
      const observer = report === undefined ? undefined : new Observer(clean, poisoned);
      lines.begin(evaluationSteps(opened));
      const progress = clock.listen(lines.report);
      const result = await interruptible((signal) =>
        evaluate(goodnet, clean, poisoned, { progress, signal, observe: observer?.observe }),
      );
      lines.finish();
      const { manifest } = goodnet;
      const unlike = labelsNotice(clean.name, result.clean.accuracyBefore, manifest.measured.accuracyBefore);
      // Where the figures go as JSON, nothing else does.
      const isJson = await isStdout(flags.json);
      const tell = isJson ? printError : print;
      const look = lookOf(isJson ? process.stderr : process.stdout);
      const promised = promisedBy(manifest);
      const cause = likelyCause({
        manifest,
        clean: result.clean,
        set: clean,
        isMisfit: unlike !== undefined,
      });
      for (const line of outcomeLines(result, promised, look, cause)) tell(line);
      for (const set of opened) {
        if (set.skipped.length > 0)
          lines.say(`Left out ${set.skipped.length} unreadable images of ${set.name}`);
        passedOverLines(set.passedOver).forEach(lines.say);
        for (const remark of [...(set.remarks ?? []), ...orderInWords(set)]) lines.say(remark);
        for (const notice of [...laidOnWhite(set), ...fittedInWords(set, 'as the bundle has it')])
          lines.say(`${set.name}: ${notice}`);
      }
      if (unlike) lines.say(unlike);
      tell(`\n${manifest.name}, bundle ${manifest.id.slice(0, 16)}, ${manifest.method}`);
      tell(`\n${evaluationText(result, promised, look)}`);
      if (flags.json !== undefined) {
        await writeText(flags.json, `${JSON.stringify(evaluationJson(result, promised), null, 2)}\n`);
      }
      if (report !== undefined) {
        const { findingOf } = await import('../../report/of-finding');
        const { placesOf } = await import('../../report/where');
        const { readBundleFiles } = await import('../../../models/bundle/read');
        const { manifest, read } = await readBundleFiles(pinned.folder);
        const observed = observer?.observed();
        await writeReport(report, {
          kind: 'evaluation',
          bundle: goodnet.manifest,
          finding: await findingOf(manifest, read, observed?.clean.examples, goodnet),
          figures: result,
          likelyCause: cause,
          observed,
          places: observed && (await placesOf([observed.clean, ...observed.poisoned], goodnet)),
          run: { ...clock.taken(), engine: engine.description, ...whatWasRead(path, flags, opened, result) },
        });
        tell(`\nReport: ${report}`);
      }
    } finally {
      lines.finish();
      for (const set of opened) set.close();
      goodnet.dispose();
      await pinned.close();
    }
  });
}

/** Which order class folders were taken in, where it may be another and no names tell; nothing else. */
function orderInWords({ name, otherOrder: other }: ImageSet): string[] {
  if (!other) return [];
  const [taken, flag] = other.name === 'by name' ? ['by number', 'name'] : ['by name', 'number'];
  return [
    `${name}: class folders are taken in order ${taken}; --class-order ${flag} takes them in the other`,
  ];
}

/** @param sets the clean one first */
function whatWasRead(
  bundle: string,
  flags: EvaluateFlags,
  sets: readonly ImageSet[],
  { clean, poisoned }: Evaluation,
): Pick<Run, 'inputs' | 'sets'> {
  const counts = [clean.accuracy.n, ...poisoned.map(({ detectionRate }) => detectionRate.n)];
  return {
    inputs: [
      { label: 'Bundle', value: bundle },
      { label: 'Clean images', value: flags.clean },
      ...flags.poisoned.map((value) => ({ label: 'Poisoned images', value })),
    ],
    sets: sets.map(({ name, skipped }, i) => ({
      role: i === 0 ? 'clean images' : 'poisoned images',
      name,
      images: counts[i]!,
      skipped: skipped.length,
    })),
  };
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
