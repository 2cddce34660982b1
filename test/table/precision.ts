/**
 * `npm run precision [-- --detection 0.95]`: of flagged pictures, how many are really poisoned, by α and by how many of all pictures are. It
 * computes, and measures nothing: the share of poisoned pictures that are found is assumed, and α of the clean ones flagged. Markdown.
 */
import { parseArgs } from 'node:util';
import { AT_BEST, CHOSEN_ALPHAS, PREVALENCES, precision } from '../../build-repair/evaluate/precision';
import { markdown } from '../markdown';

const { values } = parseArgs({ options: { detection: { type: 'string', default: String(AT_BEST) } } });
const detection = Number(values.detection);
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
