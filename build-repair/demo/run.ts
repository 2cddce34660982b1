import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createApp } from '../../functions/app';
import { soleModel } from '../../functions/catalogue/folders';
import { classifierOf } from '../../functions/classifier';
import { startServer } from '../../functions/server';
import { readBundleFiles } from '../../models/bundle/read';
import type { Engine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import type { ImageSet } from '../../models/images/set';
import { atLeast, present } from '../../models/present';
import type { Verdict } from '../../models/verdict';
import { type Evaluation, evaluate } from '../evaluate/evaluate';
import { openImages, openNet } from '../library/open-net-images';
import { repair } from '../library/repair';
import type { Progress } from '../progress';
import type { RepairResult } from '../repair/repair';
import { Clock } from '../report/clock';
import { Observer } from '../report/observe';
import { findingOf } from '../report/of-finding';
import { locateFlagged } from '../report/trigger-locations';
import type { Run } from '../report/types';
import { type DemoData, writeDemoData } from './data';
import { DEMO_STAGES } from './plan';

const ALPHA = 0.01;

/** What the demo came to. */
export interface DemoResult {
  readonly data: DemoData;
  /** The store with the bundle. */
  readonly store: string;
  /** What the store's model is called where it is served. */
  readonly model: string;
  readonly repaired: RepairResult;
  readonly figures: Evaluation;
  /** The report, one page of HTML. */
  readonly report: string;
  /** The service's answers over HTTP. */
  readonly answers: readonly { readonly image: string; readonly verdict: Verdict }[];
}

/**
 * GoodNet's main job on data that it draws itself: repairs the demo's BadNet by the default method and looks for its trigger,
 * measures the bundle, and has a clean and a triggered face classified over HTTP.
 */
export async function runDemo(options: {
  readonly out: string;
  readonly seed: number;
  readonly engine: Engine;
  readonly progress: Progress;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<DemoResult> {
  const { out, seed, engine, say, signal } = options;
  const clock = new Clock();
  const progress = clock.listen(options.progress);
  progress({ stage: DEMO_STAGES.drawing, done: 0, total: 1 });
  const data = await writeDemoData(join(out, 'images'), { seed });
  progress({ stage: DEMO_STAGES.drawing, done: 1, total: 1 });
  const store = join(out, 'store');
  const net = await openNet(data.badnet);
  const opened: ImageSet[] = [];
  const open = async (path: string) => {
    const set = await openImages(path, net);
    opened.push(set);
    return set;
  };
  try {
    const repaired = await repair({
      net,
      clean: data.clean,
      out: store,
      alpha: ALPHA,
      seed,
      // What it came to is told; the service is to be tried whatever that is.
      acceptUnrepaired: true,
      onProgress: progress,
      onNotice: say,
      onDetail: say,
      signal,
    });
    using goodnet = await GoodNet.load(store);
    const test = await open(data.test);
    const poisoned: ImageSet[] = [];
    for (const { path } of data.poisoned) poisoned.push(await open(path));
    const observer = new Observer(test, poisoned);
    const figures = await evaluate(goodnet, test, poisoned, { progress, signal, observe: observer.observe });
    const [model] = atLeast(1, [...present(await soleModel(store), 'The model of the store').keys()]);
    progress({ stage: DEMO_STAGES.asking, done: 0, total: 1 });
    const answers = await askOverHttp(goodnet, model, engine, [data.cleanPng, data.triggeredPng]);
    progress({ stage: DEMO_STAGES.report, done: 0, total: 1 });
    const observed = observer.observed();
    const { manifest, read } = await readBundleFiles(repaired.folder);
    // Only here: what draws takes long to load.
    const { reportHtml } = await import('../report/page');
    const report = await reportHtml({
      kind: 'evaluation',
      bundle: repaired.manifest,
      finding: await findingOf(manifest, read, observed.clean.examples, goodnet),
      figures,
      observed,
      places: await locateFlagged([observed.clean, ...observed.poisoned], goodnet),
      run: { ...clock.taken(), engine: engine.description, ...whatWasRead(data, store, figures) },
    });
    return { data, store, model: model, repaired, figures, report, answers };
  } finally {
    for (const set of opened) set.close();
    net.dispose();
  }
}

function whatWasRead(
  { test, poisoned }: DemoData,
  store: string,
  figures: Evaluation,
): Pick<Run, 'inputs' | 'sets'> {
  const paths = [test, ...poisoned.map(({ path }) => path)];
  const counts = [figures.clean.accuracy.n, ...figures.poisoned.map(({ detectionRate }) => detectionRate.n)];
  const role = (i: number) => (i === 0 ? 'clean images' : 'poisoned images');
  return {
    inputs: [
      { label: 'Bundle', value: store },
      ...paths.map((value, i) => ({ label: i === 0 ? 'Clean images' : 'Poisoned images', value })),
    ],
    sets: paths.map((path, i) => ({ role: role(i), name: basename(path), images: counts[i]!, skipped: 0 })),
  };
}

/** @param model its name, by which it is asked */
async function askOverHttp(
  goodnet: GoodNet,
  model: string,
  engine: Engine,
  images: readonly string[],
): Promise<DemoResult['answers']> {
  const app = createApp({ classifier: classifierOf(goodnet, model), engine: engine.description });
  const server = await startServer({ app, host: '127.0.0.1', port: 0 });
  try {
    const answers: { image: string; verdict: Verdict }[] = [];
    for (const image of images) {
      const response = await fetch(`${server.url}/v1/models/${model}/classify`, {
        method: 'POST',
        body: await readFile(image),
      });
      if (!response.ok) throw new Error(`${image}: HTTP ${response.status} ${await response.text()}`);
      answers.push({ image, verdict: (await response.json()) as Verdict });
    }
    return answers;
  } finally {
    await server.close();
  }
}
