import { evaluationSteps } from '../evaluate/plan';
import { repairSteps } from '../repair/plan';
import type { Step } from '../steps';
import { demoCast } from './cast';
import { demoSets } from './data';

/** What the demo itself reports that it does. */
export const DEMO_STAGES = {
  drawing: 'Drawing the images',
  asking: 'Asking the service over HTTP',
  report: 'Writing the report',
} as const;

/** What measuring an image costs, in those of a repair: all nets are run. */
const MEASURED = 4;

/** The steps of the demo, in the costs of a repair's (see repairSteps), and told from the same run. */
export function demoSteps(): Step[] {
  const { clean, measured } = demoSets();
  const own = (stage: string, cost: number) => ({ name: stage, parts: [{ stage, cost }] });
  return [
    own(DEMO_STAGES.drawing, 16_000),
    ...repairSteps({
      method: 'expert',
      images: clean.size,
      classes: demoCast().length,
      grouped: false,
      pixels: false,
      finding: true,
      unlabelled: 0,
    }),
    {
      name: 'Measuring on other images',
      parts: evaluationSteps(measured.map(({ name, size }) => ({ name, size: MEASURED * size }))).flatMap(
        ({ parts }) => parts,
      ),
    },
    own(DEMO_STAGES.asking, 600),
    own(DEMO_STAGES.report, 2000),
  ];
}
