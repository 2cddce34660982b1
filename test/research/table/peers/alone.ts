import type { Approach } from '../approaches';
import { CASES, type Section } from '../cases';
import { aloneTable } from '../print';
import { rowsOf } from '../rows';
import type { KeptRuns } from '../runs';

/** All given nets. */
const GIVEN: readonly Section[] = ['faces', 'stealth', 'clean', 'tiles', 'signs', 'cifar'];

const METHODS: readonly (readonly [string, Approach])[] = [
  ['GoodNet', 'unlearned'],
  ['fine-pruning', 'fine-pruned'],
  ["seed's recipe", 'magnitude'],
];

const NOTES = `What is left of a net where it is asked without a detector, by method: clean accuracy, attack success, and how often it names the
true class of a poisoned image.

- **GoodNet**: the net in \`repaired/\`, as \`goodnet repair\` makes it by default, but for triggers that a finding would have recovered.
- **Fine-pruning** (Liu et al., RAID 2018), as published: dormant channels pruned, then 2 epochs of Adam (1e-4) on clean images.
- **Seed's recipe**: \`--method magnitude\`, whole-net magnitude pruning and fine-tuning.`;

/** Measures what each method makes of every given net. @param onlyOwn GoodNet's alone */
export async function compareAlone(kept: KeptRuns, seed: number, onlyOwn = false): Promise<string> {
  const nets = GIVEN.flatMap((section) => CASES.filter((each) => each.section === section));
  const methods = [];
  for (const [name, approach] of METHODS.slice(0, onlyOwn ? 1 : undefined)) {
    const measured = [];
    for (const net of nets) measured.push({ net, runs: [await kept.get(net, approach, seed)] });
    const rows = measured.flatMap(({ net, runs }) =>
      rowsOf({ net, runs }).map((row) => ({ ...row, net: `${net.section}: ${row.net}` })),
    );
    methods.push({ name, rows });
  }
  return aloneTable(`The repaired net alone, by method (seed ${seed})`, NOTES, methods);
}
