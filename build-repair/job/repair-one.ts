import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { checkPlace } from '../../models/bundle/place';
import type { Engine } from '../../models/engine';
import { GoodNetError, messageOf } from '../../models/errors';
import { parseFit } from '../../models/images/fit';
import type { ImageSet } from '../../models/images/set';
import { loadNet } from '../../models/net-files';
import { readPixels } from '../../models/pixels';
import type { Signer } from '../../models/signing/keys';
import { isS3 } from '../../models/store/address';
import { readCurrent } from '../../models/store/current';
import type { Files } from '../../models/store/files';
import { openFiles } from '../../models/store/open';
import { activate, checkMayPoint } from '../../models/store/pointing';
import { publish } from '../../models/store/publish';
import { openImages } from '../images/open';
import { passedOverLines } from '../images/passed-over';
import type { Progress } from '../progress';
import { repairSteps } from '../repair/plan';
import { type RepairResult, repair } from '../repair/repair';
import { Clock } from '../report/clock';
import { calibrationObserver, type ObservedSet } from '../report/observe';
import { repairReport } from '../report/of-repair';
import { reportHtml } from '../report/page';
import type { AskServed } from '../served/ask-wasm';
import { parseSize } from '../size';
import type { Step } from '../steps';
import { architectureFile } from './architecture';
import type { Inputs } from './fetch';
import type { NetToRepair } from './schema';

export interface OneOptions {
  readonly inputs: Pick<Inputs, 'local'>;
  /** A folder of this process's own. */
  readonly work: string;
  /** The address of the model's store. */
  readonly store: string;
  /** Signs the bundle, where it is to be signed. */
  readonly signer?: Signer;
  readonly engine: Engine;
  /** Asks the engine that serves, where it is another. */
  readonly askServed?: AskServed | undefined;
  readonly progress: Progress;
  /** Told the steps of the repair, before it begins. */
  readonly begin: (steps: readonly Step[]) => void;
  /** Tells details, a line at a time. */
  readonly detail: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A net repaired, and its bundle in the store. `madeCurrent`: or would have been, where the job has bundles activated by hand. */
export interface One extends Pick<RepairResult, 'manifest' | 'figures' | 'notices' | 'madeCurrent'> {
  readonly report: string;
  readonly seconds: number;
}

/**
 * Repairs one net of a job and puts the bundle into its store.
 * @throws what the repair throws; GoodNetError `environment` for what is wrong with the store; the signal's reason, and
 * then the store is as it was
 */
export async function repairOne(net: NetToRepair, options: OneOptions): Promise<One> {
  const { inputs, work, signal, detail, engine } = options;
  const { method = 'expert', alpha = 0.01, seed = 1, group, layout, skipBad, finding, images = true } = net;
  const scaling = net.pixels === undefined ? undefined : readPixels(net.pixels);
  const said = scaling?.said === undefined ? [] : [scaling.said];
  const clock = new Clock();
  const kept = new Set(variables().keys());
  const store = await openStore(options.store, (net.activate ?? true) && options);
  const netPath = await inputs.local(net.net);
  const loaded = await loadNet(netPath, {
    architecture: await localArchitecture(net, inputs),
    inputSize: net.inputSize === undefined ? undefined : parseSize(net.inputSize),
  });
  const out = join(work, 'bundle');
  let clean: ImageSet | undefined;
  let unlabelled: ImageSet | undefined;
  let hosts: ImageSet | undefined;
  try {
    const { dataName, labelName } = net;
    const fit = net.fit === undefined ? undefined : parseFit(net.fit);
    const shape = { ...loaded.inputShape, fit };
    const reading = { shape, dataName, layout, skipBad: skipBad ?? false };
    clean = await openImages(await inputs.local(net.clean), {
      ...reading,
      classes: loaded.classes,
      order: net.classOrder,
      ownNames: loaded.ownNames,
      labelName,
      group,
    });
    if (net.unlabelled !== undefined) {
      const path = await inputs.local(net.unlabelled);
      unlabelled = await openImages(path, { ...reading, labelsRequired: false });
    }
    if (net.hosts !== undefined) {
      hosts = await openImages(await inputs.local(net.hosts), { ...reading, labelsRequired: false });
    }
    options.begin(
      repairSteps({
        method,
        images: clean.size,
        classes: loaded.classes,
        grouped: group !== undefined,
        pixels: net.pixels !== undefined,
        fit: fit !== undefined || !clean.withFit,
        finding: finding ?? true,
        unlabelled: unlabelled?.size ?? 0,
        hosts: hosts?.size,
        keepsImages: images,
      }),
    );
    const observer = calibrationObserver(clean, images);
    const result = await repair({
      netPath,
      net: loaded,
      clean,
      unlabelled,
      hosts,
      keepsImages: images,
      out,
      method,
      alpha,
      seed,
      pixels: scaling?.scaling,
      acceptLowAccuracy: net.acceptLowAccuracy,
      finding: finding ?? true,
      acceptUnrepaired: net.acceptUnrepaired,
      askServed: options.askServed,
      observe: observer.add,
      progress: clock.listen(options.progress),
      say: detail,
      tell: (line) => said.push(line),
      signal,
    });
    const { manifest, figures, notices, madeCurrent } = result;
    const report = await reportOf(net, result, observer.observed(), clock, engine);
    await ofTheStore(async () => {
      await publish(result.folder, store, { signal, signer: options.signer });
      if (madeCurrent && (net.activate ?? true))
        await activate(store, manifest.id, options.signer && { signer: options.signer }, true);
    });
    const told = [clean, unlabelled, hosts].flatMap((set) => passedOverLines(set?.passedOver));
    return {
      manifest,
      figures,
      madeCurrent,
      notices: [...said, ...told, ...notices],
      report,
      seconds: clock.taken().seconds,
    };
  } finally {
    clean?.close();
    unlabelled?.close();
    hosts?.close();
    loaded.model.dispose();
    disposeAllBut(kept);
    await rm(out, { recursive: true, force: true });
  }
}

/** Opens a store. What can be seen to be wrong with it is told before the work, not after. */
function openStore(address: string, pointing: false | { readonly signer?: Signer }): Promise<Files> {
  return ofTheStore(async () => {
    if (!isS3(address)) await checkPlace(address);
    const files = await openFiles(address);
    await readCurrent(files);
    if (pointing) await checkMayPoint(files, pointing.signer && { signer: pointing.signer });
    return files;
  });
}

/** Does work on a store. What is wrong with it is not the net's fault: it may be mended, and the net tried again. */
async function ofTheStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const hint = cause instanceof GoodNetError ? cause.hint : undefined;
    throw new GoodNetError(messageOf(cause), { kind: 'environment', hint, cause });
  }
}

async function localArchitecture(
  net: NetToRepair,
  inputs: Pick<Inputs, 'local'>,
): Promise<string | undefined> {
  const file = architectureFile(net);
  return file === undefined ? net.architecture : await inputs.local(file);
}

async function reportOf(
  { net, clean, hosts, name }: NetToRepair,
  result: RepairResult,
  calibration: ObservedSet,
  clock: Clock,
  engine: Engine,
): Promise<string> {
  const inputs = [
    { label: 'Model', value: name },
    { label: 'Net', value: net },
    { label: 'Clean images', value: clean },
    ...(hosts === undefined ? [] : [{ label: 'Images to keep', value: hosts }]),
  ];
  const run = { ...clock.taken(), engine: engine.description, inputs };
  return await reportHtml(await repairReport(result, calibration, run));
}

const variables = () => new Map(Object.entries(tf.engine().registeredVariables));

/** Frees the weights of the nets that a repair made: the next net of the job needs the room. */
function disposeAllBut(kept: ReadonlySet<string>): void {
  for (const [name, variable] of variables()) if (!kept.has(name)) variable.dispose();
}
