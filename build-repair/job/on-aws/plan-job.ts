import { createHash } from 'node:crypto';
import { GoodNetError, messageOf } from '../../../models/errors';
import { MODEL_NAME } from '../../../models/model-name';
import { openStoreFiles } from '../../../models/store/open-store-files';
import { below, placeOf } from '../address';
import { type NetToRepair, parseJob } from '../schema';

/** A job as the workflow is told of it. */
export interface JobRequest {
  /** The job file: `s3://bucket/inbox/NAME/repair-job.json`. */
  readonly job: string;
  /** Whether a person has started it, and not who may upload: its nets may have any names, and be made current. */
  readonly byHand?: boolean;
}

/** A job whose file was read, and could be used. */
export interface JobPlanned extends JobRequest {
  /** Of the job file's bytes: what was read then is what is published, whoever has written another since. */
  readonly sha256: string;
}

/** What the workflow needs of a job whose file can be used. */
export interface JobPlan extends JobPlanned {
  readonly byHand: boolean;
  /** Machines that it is shared out over, 1 or more. */
  readonly shares: number;
  /** Where its bundles go, unsigned, until they are published. */
  readonly made: string;
}

/** Where a job's files are; addresses of folders or prefixes. */
export interface JobPlaces {
  /** Where jobs come in: `INBOX/NAME/repair-job.json`. */
  readonly inbox: string;
  /** Bundles that are made, by job. */
  readonly made: string;
  /** What is done, by job. */
  readonly state: string;
}

/** The job file can't be used: no second try mends it. Step Functions knows it by its name. */
export class JobRefused extends GoodNetError {
  override readonly name = 'JobRefused';
}

/**
 * Reads a job file before any machine is started, and writes down below the job's state, as `job.json`, whether it can be used.
 * @throws JobRefused for a file that is not a job's of the inbox (nothing is written then), is missing, can't be read as a job, or names models that are not its own
 */
export async function planJob(
  { job, byHand = false }: JobRequest,
  { inbox, made, state, maxShares }: JobPlaces & { readonly maxShares: number },
): Promise<JobPlan> {
  const name = nameOfJob(job, inbox);
  const kept = await openStoreFiles(below(state, name));
  const tell = (fields: object) =>
    kept.write(
      'job.json',
      new TextEncoder().encode(
        `${JSON.stringify({ format: 'goodnet-repair-job-read', ...fields, at: new Date().toISOString() }, null, 1)}\n`,
      ),
      'any',
    );
  try {
    const { nets, sha256 } = await netsOf({ job, byHand }, inbox);
    await tell({ outcome: 'accepted', nets: nets.length });
    return { job, byHand, shares: Math.min(nets.length, maxShares), made: below(made, name), sha256 };
  } catch (error) {
    if (!(error instanceof GoodNetError) || error.kind === 'environment') throw error;
    await tell({ outcome: 'refused', message: messageOf(error), hint: error.hint });
    throw new JobRefused(messageOf(error), { hint: error.hint, cause: error });
  }
}

/**
 * What a job is called: the folder of the inbox that its file is in. Not one below: who may write `inbox/alice/` may write
 * `inbox/alice/bob/`, too, and is not bob. (The rule that starts jobs can't tell: a `*` of EventBridge is any letters, `/` among them.)
 * @throws JobRefused where it is anywhere else
 */
export function nameOfJob(job: string, inbox: string): string {
  const { parent, name: file } = placeOf(job);
  const { parent: above, name } = placeOf(parent);
  if (above === inbox && file === 'repair-job.json' && MODEL_NAME.test(name)) return name;
  throw new JobRefused(`${job} is no job of the inbox`, {
    hint: `A job's file is ${below(inbox, 'NAME/repair-job.json')}: one folder, no more, called as a model may be (letters, digits, . _ and -).`,
  });
}

/** The nets of a job file, and the digest of its bytes, in hexadecimal digits. @throws GoodNetError where it can't be used, or names models that are not its own */
export async function netsOf(
  { job, byHand }: JobRequest,
  inbox: string,
): Promise<{ readonly nets: readonly NetToRepair[]; readonly sha256: string }> {
  const own = nameOfJob(job, inbox);
  const { parent, name: file } = placeOf(job);
  const text = await (await openStoreFiles(parent)).read(file, { maxBytes: MOST_BYTES });
  if (!text) throw new GoodNetError(`${job}: there is no such job file`, { code: 'JOB_UNUSABLE' });
  const nets = parseJob(new TextDecoder().decode(text.bytes), job);
  if (!byHand) holdOwn(nets, own);
  return { nets, sha256: createHash('sha256').update(text.bytes).digest('hex') };
}

/**
 * Bytes of the largest job file that is read: a hundred thousand nets, each with some addresses, have less. The worst JSON of as many
 * takes 1.8 GB to read, of the 3 GB that the functions have (infra/repair/step-function.ts).
 */
export const MOST_BYTES = 2 ** 25;

/**
 * Holds that an uploaded job makes models of its own name alone: who may write `inbox/NAME/` is not to take the place of another's.
 * @throws GoodNetError naming the net that is another's
 */
function holdOwn(nets: readonly NetToRepair[], name: string): void {
  const hint = `What comes in by inbox/NAME/ makes the model NAME, or NAME.MORE, where NAME has no dot. For others, start the job by hand.`;
  if (name.includes('.'))
    throw new GoodNetError(`The job is in a folder called ${name}, with a dot`, {
      code: 'JOB_UNUSABLE',
      hint,
    });
  const other = nets.find((net) => net.name !== name && !net.name.startsWith(`${name}.`));
  if (other)
    throw new GoodNetError(`The job ${name} would make the model ${other.name}`, {
      code: 'JOB_UNUSABLE',
      hint,
    });
}
