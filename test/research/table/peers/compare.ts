import { seedRecipe } from '../../bench/seed-recipe/run';
import type { Approach } from '../approaches';
import { CASES } from '../cases';
import { rowsOf } from '../rows';
import type { KeptRuns } from '../runs';
import { ALPHA } from '../work';
import { type Peer, peersTables } from './print';

/** Measures GoodNet, the seed's recipe and the detectors of others on the seed's five rows, and puts them side by side. */
export async function comparePeers(kept: KeptRuns, seed: number, blends: number): Promise<string> {
  const nets = CASES.filter(({ section }) => section === 'faces');
  const inKeras: [string, Approach][] = seedRecipe() ? [["seed's recipe, Keras", 'magnitude-keras']] : [];
  const approaches: [string, Approach][] = [
    ['GoodNet', 'expert'],
    ["seed's recipe", 'magnitude'],
    ...inKeras,
    ['STRIP', `strip-${blends}`],
    ['BaDExpert', 'BaDExpert'],
    ['Mahalanobis', 'Mahalanobis'],
    ['fine-pruning', 'fine-pruning'],
  ];
  const peers: Peer[] = [];
  for (const [name, approach] of approaches) {
    const measured = [];
    for (const net of nets) measured.push({ net, runs: [await kept.get(net, approach, seed)] });
    const times = measured.flatMap(({ runs }) => runs.flatMap(({ msPerImage }) => msPerImage ?? []));
    peers.push({
      name,
      rows: measured.flatMap(rowsOf),
      msPerImage: times.sort((a, b) => a - b)[(times.length - 1) >> 1]?.toFixed(1) ?? '',
    });
  }
  return peersTables(`GoodNet and other methods, beside each other (seed ${seed})`, peers, notes(blends));
}

const notes = (
  blends: number,
) => `- **GoodNet**: as \`goodnet repair\` makes it by default, α = ${100 * ALPHA} %.
- **Seed's recipe**: whole-net magnitude pruning and fine-tuning, as \`--method magnitude\` has it, and in its own frameworks, Keras 2.15 and
  tensorflow-model-optimization; where B and the pruned net disagree, the image is flagged. It has no α.
- **STRIP** (Gao et al., ACSAC 2019): B's mean entropy on ${blends} blends of the image with clean ones, half and half (its authors took 100).
- **BaDExpert** (Xie et al., ICLR 2024), **Mahalanobis** (Lee et al., NeurIPS 2018): as in \`npm run field\`.
- **Fine-pruning** (Liu et al., RAID 2018): dormant channels pruned, then fine-tuning; suspicious is what the pruned net holds against B's class.

The last four flag at the same α, calibrated on the same clean images as GoodNet.`;
