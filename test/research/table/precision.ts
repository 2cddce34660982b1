/**
 * `npm run precision [-- --detection 0.95]`: of flagged pictures, how many are really poisoned, by α and by how many of all pictures are. It
 * computes, and measures nothing: the share of poisoned pictures that are found is assumed, and α of the clean ones flagged. Markdown.
 */
import { parseArgs } from 'node:util';
import { AT_BEST, CHOSEN_ALPHAS, PREVALENCES, precision } from '../../../build-repair/evaluate/precision';
import { markdown } from '../../markdown';

const detection = detectionOf(process.argv.slice(2));
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

console.log(
  markdown(
    ['α', ...PREVALENCES.map((each) => `1 in ${Math.round(1 / each).toLocaleString('en')}`)],
    CHOSEN_ALPHAS.map((alpha) => [
      percent(alpha),
      ...PREVALENCES.map((each) => percent(precision(each, { detection, falseAlarms: alpha }))),
    ]),
  ),
);

/** The share that is found, 0–1, told as such or in percent; ends the program where it is neither. */
function detectionOf(args: string[]): number {
  try {
    const { values } = parseArgs({
      args,
      options: { detection: { type: 'string', default: String(AT_BEST) } },
    });
    const [, number, sign] = /^([\d.]+)\s*(%?)$/.exec(values.detection.trim()) ?? [];
    const share = Number(number ?? Number.NaN) / (sign === '%' ? 100 : 1);
    if (share >= 0 && share <= 1) return share;
    throw new Error(`--detection ${values.detection}: a share of 0 to 1, or of 0 to 100 %, is wanted`);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
