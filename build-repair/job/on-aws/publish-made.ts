import { parseManifest } from '../../../models/bundle/manifest';
import { MOST_MANIFEST } from '../../../models/bundle/read';
import { BundleError, messageOf } from '../../../models/errors';
import type { Signer } from '../../../models/signing/keys';
import { checkSigned } from '../../../models/signing/signatures';
import { findIn, folderOf, manifestOf, readFrom, signaturesIn } from '../../../models/store/bundles';
import { keysOf } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { activate } from '../../../models/store/move-pointer';
import { openStoreFiles } from '../../../models/store/open-store-files';
import { send } from '../../../models/store/publish';
import { below } from '../address';
import { readWhatIsDone } from '../done';
import type { NetToRepair } from '../schema';
import { type JobPlaces, type JobPlanned, JobRefused, type JobRequest, nameOfJob, netsOf } from './plan-job';

/** What is done with the bundles of a job. */
export interface PublishMadeOptions extends JobPlaces {
  /** Where the stores are, one a model. */
  readonly store: string;
  readonly signer?: Signer | undefined;
  /** Whether bundles of jobs that nobody started by hand become current, where the job doesn't say otherwise. */
  readonly activates: boolean;
  /** The first net to look at, 0…; a call that ran out of time tells where the next goes on. */
  readonly from: number;
  /** Bundles that were made before, in ISO 8601, are published, but not made current: a job before this one did, or a person chose. */
  readonly since: string;
  /** Whether there is time for another net. */
  readonly mayGoOn: () => boolean;
  readonly log: (line: {
    readonly level: 'info' | 'error';
    readonly message: string;
    readonly net: string;
  }) => void;
}

/** What came of the nets that were looked at. */
export interface PublishedMade {
  readonly published: number;
  /** Of these, made current. */
  readonly current: number;
  /** Not repaired, refused, not done, or with a bundle that can't be used. */
  readonly notRepaired: number;
  /** The next net to look at; left out where there is none. */
  readonly next?: number;
}

/**
 * Signs and publishes what a job has made. No net is loaded here: of each bundle every byte is held against its manifest, and that is
 * signed. What was published before is not sent again.
 * @throws JobRefused where the job's file is none of the inbox, or not the one that was planned; GoodNetError `environment` where a store can't be read or written
 */
export async function publishMade(planned: JobPlanned, options: PublishMadeOptions): Promise<PublishedMade> {
  const { from, mayGoOn, log } = options;
  const { nets, sha256 } = await netsOf(planned, options.inbox);
  if (sha256 !== planned.sha256) {
    throw new JobRefused(`${planned.job} was changed after its job began: nothing is published`, {
      hint: 'The job that began with what is there now publishes it; or start it again. What is done is not done again.',
    });
  }
  const counts = { published: 0, current: 0, notRepaired: 0 };
  for (let i = from; i < nets.length; i++) {
    if (i > from && !mayGoOn()) return { ...counts, next: i };
    const net = nets[i]!;
    try {
      const what = await publishOne(net, planned, options);
      if (what === 'nothing') counts.notRepaired++;
      else counts.published++;
      if (what === 'current') counts.current++;
      log({ level: 'info', message: what, net: net.name });
    } catch (error) {
      if (!(error instanceof BundleError) || error.kind === 'environment') throw error;
      counts.notRepaired++;
      log({ level: 'error', message: messageOf(error), net: net.name });
    }
  }
  return counts;
}

async function publishOne(
  net: NetToRepair,
  { job, byHand }: JobRequest,
  { inbox, made, state, store, signer, activates, since }: PublishMadeOptions,
): Promise<'nothing' | 'published' | 'current'> {
  const name = nameOfJob(job, inbox);
  const done = await readWhatIsDone(await openStoreFiles(below(state, name)), net);
  if (!done?.bundle || done.outcome === 'refused') return 'nothing';
  const into = await openStoreFiles(below(store, net.name));
  if (!(await isThere(into, done.bundle, signer))) {
    await copy(await openStoreFiles(below(below(made, name), net.name)), into, done.bundle, signer);
  }
  if (done.outcome !== 'repaired') return 'nothing';
  const isWanted = (net.activate ?? true) && (byHand || activates);
  if (!isWanted || done.at < since) return 'published';
  await activate(into, done.bundle, signer && { signer }, true);
  return 'current';
}

/** Whether a bundle is in its store, signed as it is to be. */
async function isThere(files: Files, id: string, signer: Signer | undefined): Promise<boolean> {
  const manifest = await manifestOf(files, folderOf(id));
  if (manifest?.id !== id) return false;
  if (!signer) return true;
  try {
    checkSigned(id, await signaturesIn(files, id), keysOf({ signer }), files.address);
    return true;
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return false;
    throw error;
  }
}

async function copy(from: Files, into: Files, id: string, signer: Signer | undefined): Promise<void> {
  await findIn(from, id);
  const { manifest, read } = await readFrom(from, id);
  const text = async () => {
    const key = `${folderOf(id)}/manifest.json`;
    const file = await from.read(key, { maxBytes: MOST_MANIFEST });
    if (file && parseManifest(new TextDecoder().decode(file.bytes), key).id === id) return file.bytes;
    throw new BundleError(`${from.address}/${key} was changed while it was published`, {
      code: 'BUNDLE_CHANGED',
    });
  };
  await send(into, { manifest, text, read, brought: [] }, { signer });
}
