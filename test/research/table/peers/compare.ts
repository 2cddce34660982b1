import type { Approach } from '../approaches';
import { CASES } from '../cases';
import { rowsOf } from '../rows';
import type { KeptRuns } from '../runs';
import { ALPHA } from '../work';
import { type Peer, peersTables } from './print';

/** Measures GoodNet, the seed's recipe and STRIP on the seed's five rows, and puts them side by side. */
export async function comparePeers(kept: KeptRuns, seed: number, blends: number): Promise<string> {
  const nets = CASES.filter(({ section }) => section === 'faces');
  const approaches: [string, Approach][] = [
    ['GoodNet', 'expert'],
    ["seed's recipe", 'magnitude'],
    ['STRIP', `strip-${blends}`],
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
- **Seed's recipe**: \`--method magnitude\`, whole-net magnitude pruning and fine-tuning; where B and the pruned net disagree, the
  image is flagged. It has no α.
- **STRIP** (Gao et al., ACSAC 2019): B's mean entropy on ${blends} blends of the image with clean ones, half and half (its authors took 100).
  Flagged at the same α, calibrated on the same clean images as GoodNet.`;
