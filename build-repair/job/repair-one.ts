import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../models/engine';
import type { ImageSet } from '../../models/images/set';
import { loadNet } from '../../models/keras';
import { parsePixels } from '../../models/pixels';
import type { Signer } from '../../models/signing/signer';
import { openFiles } from '../../models/store/open';
import { activate } from '../../models/store/pointing';
import { publish } from '../../models/store/publish';
import { findingForReport } from '../finding/words';
import { openImages } from '../images/open';
import type { Progress } from '../progress';
import { type RepairResult, repair } from '../repair/repair';
import { Clock } from '../report/clock';
import { reportHtml } from '../report/page';
import type { Inputs } from './fetch';
import type { NetToRepair } from './schema';

export interface OneOptions {
  readonly inputs: Inputs;
  /** A folder of this process's own. */
  readonly work: string;
  /** The address of the model's store. */
  readonly store: string;
  /** Signs the bundle, where it is to be signed. */
  readonly signer?: Signer;
  readonly engine: Engine;
  readonly progress: Progress;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A net repaired, and its bundle in the store. */
export interface One extends Pick<RepairResult, 'manifest' | 'figures'> {
  readonly report: string;
  readonly seconds: number;
}

/**
 * Repairs one net of a job and puts the bundle into its store.
 * @throws what the repair throws; the signal's reason, and then the store is as it was
 */
export async function repairOne(net: NetToRepair, options: OneOptions): Promise<One> {
  const { inputs, store, work, signal, say, engine } = options;
  const { architecture, method = 'expert', alpha = 0.01, seed = 1, group, layout, skipBad, finding } = net;
  const clock = new Clock();
  const kept = new Set(variables().keys());
  const netPath = await inputs.local(net.net);
  const loaded = await loadNet(netPath, { architecture });
  const out = join(work, 'bundle');
  const reading = { shape: loaded.inputShape, layout, skipBad: skipBad ?? false };
  const clean = await openImages(await inputs.local(net.clean), {
    ...reading,
    classes: loaded.classes,
    group,
  });
  let unlabelled: ImageSet | undefined;
  try {
    if (net.unlabelled !== undefined) {
      const path = await inputs.local(net.unlabelled);
      unlabelled = await openImages(path, { ...reading, labelsRequired: false });
    }
    const result = await repair({
      netPath,
      net: loaded,
      clean,
      unlabelled,
      out,
      method,
      alpha,
      seed,
      pixels: net.pixels === undefined ? undefined : parsePixels(net.pixels),
      finding: finding ?? true,
      progress: clock.listen(options.progress),
      say,
      signal,
    });
    const { manifest, figures } = result;
    const report = await reportOf(net, result, clock, engine);
    const files = await openFiles(store);
    await publish(result.folder, files, { signal, signer: options.signer });
    if (net.activate ?? true) await activate(files, manifest.id);
    return { manifest, figures, report, seconds: clock.taken().seconds };
  } finally {
    clean.close();
    unlabelled?.close();
    loaded.model.dispose();
    disposeAllBut(kept);
    await rm(out, { recursive: true, force: true });
  }
}

async function reportOf(
  { net, clean, name }: NetToRepair,
  { manifest, figures, folder }: RepairResult,
  clock: Clock,
  engine: Engine,
): Promise<string> {
  const { finding, classNames } = manifest;
  return await reportHtml({
    kind: 'repair',
    bundle: manifest,
    finding: finding && findingForReport(finding, classNames, (path) => readFileSync(join(folder, path))),
    figures: { clean: figures, poisoned: [] },
    run: {
      ...clock.taken(),
      engine: engine.description,
      inputs: [
        { label: 'Model', value: name },
        { label: 'Net', value: net },
        { label: 'Clean images', value: clean },
      ],
      sets: [{ role: 'clean images, to fit and calibrate on', ...manifest.made.clean }],
    },
  });
}

const variables = () => new Map(Object.entries(tf.engine().registeredVariables));

/** Frees the weights of the nets that a repair made: the next net of the job needs the room. */
function disposeAllBut(kept: ReadonlySet<string>): void {
  for (const [name, variable] of variables()) if (!kept.has(name)) variable.dispose();
}
