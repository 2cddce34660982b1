import { netFiles } from '../../bundle/artifacts';
import { margins } from '../margin';
import type { ExpertNet } from '../nets';
import { outputsOf } from '../run';
import type { Kind } from './kind';

const FOLDER = 'expert';

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
      rows: ({ bad, image }) => outputsOf(expert.model, expert.from === 'stem' ? bad.at(-1)! : image)[0],
      tell: (logits, at, classes) => margins(logits, classes, at),
      free: () => expert.model.dispose(),
    },
};
