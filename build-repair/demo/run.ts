import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../functions/app';
import { classifierOf } from '../../functions/classifier';
import { startServer } from '../../functions/server';
import type { Engine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import type { ImageSet } from '../../models/images/set';
import { loadNet } from '../../models/keras';
import type { Verdict } from '../../models/verdict';
import { type Evaluation, evaluate } from '../evaluate/evaluate';
import { openImages } from '../images/open';
import type { Progress } from '../progress';
import { repair } from '../repair/repair';
import { type DemoData, writeDemoData } from './data';

const ALPHA = 0.01;

/** What the demo came to. */
export interface DemoResult {
  readonly data: DemoData;
  /** The store with the bundle. */
  readonly store: string;
  readonly figures: Evaluation;
  /** The service's answers over HTTP. */
  readonly answers: readonly { readonly image: string; readonly verdict: Verdict }[];
}

/**
 * GoodNet's main job on data that it draws itself: repairs the demo's BadNet by the default method, measures the
 * bundle, and has a clean and a triggered face classified over HTTP.
 */
export async function runDemo(options: {
  readonly out: string;
  readonly seed: number;
  readonly engine: Engine;
  readonly progress: Progress;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<DemoResult> {
  const { out, seed, progress, say, signal } = options;
  const data = await writeDemoData(join(out, 'images'), { seed });
  const store = join(out, 'store');
  const net = await loadNet(data.badnet);
  const opened: ImageSet[] = [];
  const open = async (path: string) => {
    const set = await openImages(path, { shape: net.inputShape, classes: net.classes, labelsRequired: true });
    opened.push(set);
    return set;
  };
  try {
    await repair({
      netPath: data.badnet,
      net,
      clean: await open(data.clean),
      out: store,
      method: 'expert',
      alpha: ALPHA,
      seed,
      progress,
      say,
      signal,
    });
    const goodnet = await GoodNet.load(store);
    const test = await open(data.test);
    const poisoned: ImageSet[] = [];
    for (const { path } of data.poisoned) poisoned.push(await open(path));
    const figures = await evaluate(goodnet, test, poisoned, { progress, signal });
    const answers = await classifyOverHttp(goodnet, options.engine, [data.cleanPng, data.triggeredPng]);
    goodnet.dispose();
    return { data, store, figures, answers };
  } finally {
    for (const set of opened) set.close();
  }
}

async function classifyOverHttp(
  goodnet: GoodNet,
  engine: Engine,
  images: readonly string[],
): Promise<DemoResult['answers']> {
  const app = createApp({ classifier: classifierOf(goodnet), engine: engine.description });
  const server = await startServer({ app, host: '127.0.0.1', port: 0 });
  try {
    const answers: { image: string; verdict: Verdict }[] = [];
    for (const image of images) {
      const response = await fetch(`${server.url}/v1/classify`, {
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
