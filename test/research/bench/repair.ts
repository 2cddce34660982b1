/**
 * `npm run bench repair`: time and peak resident memory of `goodnet repair` on 11,547 images of faces1283,
 * the default method on wasm and on tfjs-node, beside the `magnitude` method on tfjs-node and the seed's recipe in its own
 * frameworks (Keras 2.15 and tensorflow-model-optimization 0.8, see seed-recipe/). Linux only.
 */
import { findTfjsNode } from '../../../models/engine/node';
import { type FaceSet, faces } from './bundle';
import { type Cost, repairCost as cost } from './cost';
import { Figures } from './figures';
import { repairBySeedRecipe } from './seed-recipe/run';

const figures = new Figures();
if (process.platform !== 'linux') console.log('Resident memory is read from /proc, which Linux alone has.');
else if (!faces) console.log('The data (../shared/data) is not there: there is nothing to measure on.');
else if (findTfjsNode() !== undefined) await compare(faces);
else {
  console.log('tfjs-node, the peer, is not installed (npm run setup:native): wasm alone');
  tell('expert, wasm', await cost(faces, 'wasm', []));
}
figures.print();

async function compare(set: FaceSet): Promise<void> {
  const peer = await cost(set, 'node', ['--method', 'magnitude', '--no-finding']);
  tell('magnitude, node', peer);
  const seed = repairBySeedRecipe(set.net, set.clean);
  if (seed !== undefined) figures.add("the seed's recipe, Keras", `${seed.toFixed(0)} s`);
  for (const engine of ['node', 'wasm'] as const) {
    const repair = await cost(set, engine, ['--no-finding']);
    tell(`expert without the finding, ${engine}`, repair);
    const whole = await cost(set, engine, []);
    tell(`expert, as it is by default, ${engine}`, whole);
    const ratio = (what: string, ours: number, theirs: number, goal: number) =>
      figures.add(what, (ours / theirs).toFixed(2), `≤ ${goal}`);
    ratio(
      `expert on ${engine} / magnitude on node`,
      whole.seconds,
      peer.seconds,
      engine === 'node' ? 1.5 : 3,
    );
    if (seed === undefined) continue;
    const most = engine === 'node' ? 1 : 2;
    ratio(`expert without the finding on ${engine} / the seed's recipe`, repair.seconds, seed, most);
    ratio(`the finding on ${engine} / the seed's recipe`, whole.seconds - repair.seconds, seed, most);
  }
}

function tell(what: string, { seconds, megabytes }: Cost): void {
  figures.add(what, `${seconds.toFixed(0)} s`);
  figures.add(`${what}, memory at most`, `${megabytes.toFixed(0)} MB`, '≤ 1500 MB');
}
