import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkWritableFolder } from '../../models/bundle/writable-folder';
import { GoodNetError, messageOf } from '../../models/errors';
import { parseFit } from '../../models/images/fit';
import { present } from '../../models/present';
import type { Signer } from '../../models/signing/keys';
import { isS3 } from '../../models/store/address';
import { readCurrent } from '../../models/store/current';
import type { Files } from '../../models/store/files';
import { activate, checkMayPoint } from '../../models/store/move-pointer';
import { openStoreFiles } from '../../models/store/open-store-files';
import { publish } from '../../models/store/publish';
import { repair } from '../library/repair';
import type { Progress } from '../progress';
import type { RepairResult } from '../repair/repair';
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
  const { inputs, work, signal, detail } = options;
  const { classOrder, dataName, labelName, group, layout, skipBad } = net;
  const { method, alpha, seed, pixels, inputSize, finding, acceptLowAccuracy, acceptUnrepaired } = net;
  const isActivated = net.activate ?? true;
  const store = await openStore(options.store, isActivated && options);
  const out = join(work, 'bundle');
  const local = async (address: string | undefined) =>
    address === undefined ? undefined : await inputs.local(address);
  const said: string[] = [];
  try {
    const { manifest, figures, notices, madeCurrent, folder, report, seconds } = await repair({
      net: await inputs.local(net.net),
      architecture: await localArchitecture(net, inputs),
      inputSize,
      clean: await inputs.local(net.clean),
      unlabelled: await local(net.unlabelled),
      hosts: await local(net.hosts),
      ...{ classOrder, dataName, labelName, group, layout, skipBad },
      fit: net.fit === undefined ? undefined : parseFit(net.fit),
      keepsImages: net.images,
      out,
      ...{ method, alpha, seed, pixels, finding, acceptLowAccuracy, acceptUnrepaired },
      report: { inputs: givenTo(net) },
      onPlan: options.begin,
      onProgress: options.progress,
      onNotice: (line) => said.push(line),
      onDetail: detail,
      signal,
    });
    await ofTheStore(async () => {
      await publish(folder, store, { signal, signer: options.signer });
      if (madeCurrent && isActivated)
        await activate(store, manifest.id, options.signer && { signer: options.signer }, true);
    });
    return {
      manifest,
      figures,
      madeCurrent,
      notices: [...said, ...notices],
      report: present(report, 'The report'),
      seconds,
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Opens a store. What can be seen to be wrong with it is told before the work, not after. */
function openStore(address: string, signsPointer: false | { readonly signer?: Signer }): Promise<Files> {
  return ofTheStore(async () => {
    if (!isS3(address)) await checkWritableFolder(address);
    const files = await openStoreFiles(address);
    await readCurrent(files);
    if (signsPointer) await checkMayPoint(files, signsPointer.signer && { signer: signsPointer.signer });
    return files;
  });
}

/** Does work on a store. What is wrong with it is not the net's fault: it may be mended, and the net tried again. */
async function ofTheStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { hint, code = 'STORE_UNAVAILABLE' as const } = cause instanceof GoodNetError ? cause : {};
    throw new GoodNetError(messageOf(cause), { code, kind: 'environment', hint, cause });
  }
}

async function localArchitecture(
  net: NetToRepair,
  inputs: Pick<Inputs, 'local'>,
): Promise<string | undefined> {
  const file = architectureFile(net);
  return file === undefined ? net.architecture : await inputs.local(file);
}

/** What the report says was given: where things came from, not the copies of them here. */
function givenTo({ name, net, clean, hosts }: NetToRepair): { label: string; value: string }[] {
  return [
    { label: 'Model', value: name },
    { label: 'Net', value: net },
    { label: 'Clean images', value: clean },
    ...(hosts === undefined ? [] : [{ label: 'Images to keep', value: hosts }]),
  ];
}
