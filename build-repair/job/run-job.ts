import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Engine } from '../../models/engine';
import { GoodNetError } from '../../models/errors';
import type { Signer } from '../../models/signing/keys';
import { openStoreFiles } from '../../models/store/open-store-files';
import { version } from '../../models/version';
import type { Progress } from '../progress';
import type { Step } from '../steps';
import { addressIn, below, placeOf } from './address';
import { architectureFile } from './architecture';
import { type Done, fingerprint, keysOf, readDone, writeDone } from './done';
import { type Inputs, inputs } from './fetch';
import type { NetLimits } from './limits';
import { type Made, madeOf, ofTheNet } from './net-outcome';
import { LimitError, repairApart } from './own-process';
import { repairOne } from './repair-one';
import { type NetToRepair, parseJob } from './schema';
import { fallingTo, type Share } from './share';

export interface JobOptions {
  /** Where the job file is: a path, or s3://bucket/key. */
  readonly job: string;
  /** The digest that the job file must have, SHA-256 in hexadecimal digits; any, where it is left out. */
  readonly sha256?: string;
  /** Where the stores go, each below it under its model's name. */
  readonly store: string;
  /** Where it is kept what is done. */
  readonly state: string;
  readonly share: Share;
  /** Signs every bundle. */
  readonly signer?: Signer;
  /** What computes, where the nets are repaired in this process. */
  readonly engine?: Engine;
  readonly progress: Progress;
  /** Says what became of a net, and what is to be known of its bundle. */
  readonly say: (line: string) => void;
  /** Told the steps of each net's repair before it begins, and whose they are. */
  readonly begin?: (steps: readonly Step[], label: string) => void;
  /** Tells details, a line at a time. */
  readonly detail?: (line: string) => void;
  readonly signal: AbortSignal;
  readonly client?: S3Client;
  /** Repairs each net in a process of its own, within limits; without it, all are repaired in this one. */
  readonly apart?: {
    /** Repairs a net when it is called with `job-worker`. */
    readonly program: string;
    readonly limits: NetLimits;
    /** The key to sign with, as `--sign` names it. */
    readonly sign?: string;
  };
}

/** What became of each net of a share, in order. */
export type JobOutcome = readonly { readonly name: string; readonly done: Done; readonly isNew: boolean }[];

/**
 * Does a share of a job: repairs its nets one after the other, puts each bundle into its store, and writes down that it
 * is done, so that no net is done twice however often the job is tried. A net that can't be repaired, because of what
 * it or its images are, is written down as such and does not keep the others waiting.
 * @throws GoodNetError for a job file that can't be used or is not the one that is meant, and what the environment lacks; the signal's reason, with
 * what was done by then kept
 */
export async function runJob(options: JobOptions): Promise<JobOutcome> {
  const { job, share, say, signal } = options;
  const { parent, name: file } = placeOf(job);
  const text = await (await openStoreFiles(parent)).read(file);
  if (!text) {
    throw new GoodNetError(`${job}: there is no such job file`, {
      code: 'JOB_UNUSABLE',
      hint: 'Give its path, or s3://bucket/key.',
    });
  }
  if (
    options.sha256 !== undefined &&
    createHash('sha256').update(text.bytes).digest('hex') !== options.sha256
  ) {
    throw new GoodNetError(`${job} is not the job file that is meant: its SHA-256 is another`, {
      code: 'JOB_UNUSABLE',
      hint: 'It was changed after it was looked at. Start the job again, with what is there now.',
    });
  }
  const all = parseJob(new TextDecoder().decode(text.bytes), job);
  const mine = fallingTo(all, share).map((net) => placedIn(parent, net));
  say(`${mine.length} of ${all.length} nets fall to this share (${share.index + 1} of ${share.of})`);
  const work = await mkdtemp(join(tmpdir(), 'goodnet-job-'));
  const from = inputs(work, { client: options.client, signal });
  const outcome: JobOutcome[number][] = [];
  try {
    for (const [i, net] of mine.entries()) {
      signal.throwIfAborted();
      const label = `[${i + 1}/${mine.length}] ${net.name}`;
      const { done, isNew, notices = [] } = await doOnce(net, from, work, label, options);
      outcome.push({ name: net.name, done, isNew });
      say(`${label}: ${words(done)}${isNew ? '' : ' (done before)'}`);
      for (const notice of notices) say(`${label}: ${notice}`);
    }
    return outcome;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A net whose addresses are no longer relative to where the job file is. */
function placedIn(parent: string, net: NetToRepair): NetToRepair {
  const architecture = architectureFile(net);
  return {
    ...net,
    net: addressIn(parent, net.net),
    clean: addressIn(parent, net.clean),
    ...(net.unlabelled !== undefined && { unlabelled: addressIn(parent, net.unlabelled) }),
    ...(net.hosts !== undefined && { hosts: addressIn(parent, net.hosts) }),
    ...(architecture !== undefined && { architecture: addressIn(parent, architecture) }),
  };
}

/** What a net's repair reads. */
function addressesOf(net: NetToRepair): string[] {
  const all = [net.net, net.clean, net.unlabelled, net.hosts, architectureFile(net)];
  return all.filter((each) => each !== undefined);
}

async function doOnce(
  net: NetToRepair,
  from: Inputs,
  work: string,
  label: string,
  options: JobOptions,
): Promise<{ done: Done; isNew: boolean; notices?: readonly string[] }> {
  const { signal } = options;
  const state = await openStoreFiles(options.state);
  const started = performance.now();
  const limits = options.apart?.limits;
  const about = {
    engine: options.engine?.description ?? 'not started',
    limits,
    format: 'goodnet-repair-done' as const,
  };
  let what = '';
  try {
    const versions: string[] = [];
    for (const each of addressesOf(net)) versions.push(await from.version(each));
    what = fingerprint(net, versions, version);
    const before = await readDone(state, net, what, limits);
    if (before) return { done: before, isNew: false };
    const { report, notices, ...made } = await make(net, from, work, label, options, (engine) => {
      about.engine = engine;
      options.detail?.(`${label}: Engine: ${engine}`);
    });
    await state.write(keysOf(net).report, new TextEncoder().encode(report), 'any');
    const done: Done = {
      ...about,
      what,
      ...made,
      at: new Date().toISOString(),
    };
    await writeDone(state, net, done);
    return { done, isNew: true, notices };
  } catch (error) {
    signal.throwIfAborted();
    // What the machine lacks may be there the next time; what a net is stays so.
    if (!(error instanceof GoodNetError) || error.kind === 'environment') throw error;
    const { code, message, hint } = error;
    const seconds = (performance.now() - started) / 1000;
    const done: Done = {
      ...about,
      what,
      outcome: 'refused',
      exceeded: error instanceof LimitError ? error.exceeded : undefined,
      code,
      message,
      hint,
      seconds,
      at: new Date().toISOString(),
    };
    await writeDone(state, net, done);
    return { done, isNew: true };
  }
}

/** Repairs a net, in a process of its own where that is asked for. */
async function make(
  net: NetToRepair,
  from: Inputs,
  work: string,
  label: string,
  options: JobOptions,
  onEngine: (description: string) => void,
): Promise<Made> {
  const { apart, progress, signal } = options;
  const store = below(options.store, net.name);
  const begin = (steps: readonly Step[]) => options.begin?.(steps, label);
  const detail = (line: string) => options.detail?.(`${label}: ${line}`);
  if (!apart) {
    const one = repairOne(net, { ...options, begin, detail, inputs: from, work, store });
    return madeOf(
      await one.catch((error) => {
        throw ofTheNet(error);
      }),
    );
  }
  const local = new Map<string, string>();
  for (const each of addressesOf(net)) local.set(each, await from.local(each));
  return await repairApart(
    { net, local, work, store, sign: apart.sign },
    { program: apart.program, limits: apart.limits, engine: onEngine, begin, progress, detail, signal },
  );
}

function words({ outcome, bundle = '', message, hint, seconds, accuracyBefore, accuracy }: Done): string {
  if (outcome === 'refused') return `can't be repaired: ${message}${hint ? `\n  ${hint}` : ''}`;
  const share =
    accuracy === undefined || accuracyBefore === undefined
      ? ''
      : `, clean accuracy ${(100 * accuracyBefore).toFixed(1)} → ${(100 * accuracy).toFixed(1)} %`;
  const but = outcome === 'unrepaired' ? 'not repaired and not made current: ' : '';
  return `${but}bundle ${bundle.slice(0, 16)} in ${Math.round(seconds)} s${share}`;
}
