import { netFiles } from '../../bundle/artifacts';
import { margins } from '../margin';
import type { ExpertNet } from '../nets';
import type { Kind } from './kind';
import { taking } from './takes';

const FOLDER = 'expert';
/** Which of B's outputs is its stem. Origin: no choice: the last of what featureNet gives. */
const STEM = -1;

/**
 * How sure the expert E, a copy of B that unlearned its clean task, still is of B's class: its logit margin (Xie et al., BaDExpert,
 * ICLR 2024). A backdoor that outlives unlearning shifts it the most; of one that doesn't it tells nothing. Origin of its shifts: 1.5 and 3
 * for 2 were tried on the nets of docs/method.md, "What was decided on what": the same within 2 points.
 */
export const forgetting: Kind<ExpertNet> = {
  name: 'forgetting',
  asks: 'Is the expert E still sure of B’s class?',
  shifts: [2, 0],
  stored: {
    at: ['nets', 'expert'],
    field: ({ from }) => ({ folder: FOLDER, from }),
    files: ({ model }) => netFiles(FOLDER, model),
    async read(field, { net }) {
      const { folder, from } = field as { folder: string; from: ExpertNet['from'] };
      return { model: await net(folder), from };
    },
  },
  open: (expert) =>
    expert && {
      ...taking({ of: expert.from === 'stem' ? 'bad' : 'image', output: STEM, net: expert.model }),
      tell: (logits, at, classes) => margins(logits, classes, at),
      free: () => expert.model.dispose(),
    },
};
