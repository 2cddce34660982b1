import { Command } from 'commander';
import { GoodNetError, UsageError } from '../../../models/errors';
import { present } from '../../../models/present';
import type { Share } from '../../job/share';
import { Interrupted, interruptible } from '../interrupt';
import { whole } from '../options';
import { print, printJson } from '../print';
import { signerOf } from '../start';
import { StepLines } from '../step-lines';

interface JobFlags {
  store?: string;
  state?: string;
  share?: Share;
  sign?: string;
  sha256?: string;
  netMinutes: number;
  schema?: boolean;
  verbose?: boolean;
  json?: boolean;
}

/** `goodnet job JOB --store ADDRESS --state ADDRESS` */
export function jobCommand(): Command {
  return new Command('job')
    .description('repair the nets of a job file, each once however often the job is tried')
    .argument('[job]', 'a repair-job.json: a path, or s3://bucket/key')
    .option('--store <address>', 'where the stores go, one a model; left out: GOODNET_STORE')
    .option(
      '--state <address>',
      'where it is kept what is done; left out: in GOODNET_JOB_STATE, by the job’s folder',
    )
    .option(
      '--share <which/of>',
      'the share to do, 1/4 for the first of four; left out: as AWS Batch says',
      share,
    )
    .option('--sign <key>', 'sign the bundles: a private key’s file, or a KMS ARN; left out: GOODNET_SIGN')
    .option(
      '--sha256 <digest>',
      'refuse a job file with another digest: of whoever has looked at it before',
      sha256,
    )
    .option('--net-minutes <number>', 'the most time that one net may take', whole(1, 10_080), 120)
    .option('--json', 'print what became of each net as JSON')
    .option('--schema', 'print the JSON Schema of a job file')
    .action(jobAction);
}

/** `goodnet job-worker`: what `job` starts for each net. */
export function jobWorkerCommand(): Command {
  return new Command('job-worker').action(async () => {
    if (!process.send) throw new UsageError('job-worker is started by goodnet job');
    await (await import('../../job/worker')).runNetWorker();
  });
}

/** `goodnet served-worker`: what `repair` asks how the engine that serves answers. */
export function servedWorkerCommand(): Command {
  return new Command('served-worker').action(async () => {
    if (!process.send) throw new UsageError('served-worker is started by goodnet repair');
    await (await import('../../served/worker')).runServedWorker();
  });
}

async function jobAction(job: string | undefined, flags: JobFlags): Promise<void> {
  if (flags.schema) {
    const { z } = await import('zod');
    const { jobSchema } = await import('../../job/schema');
    printJson(z.toJSONSchema(jobSchema));
    return;
  }
  if (job === undefined)
    throw new UsageError('No job file is given', { hint: 'goodnet job --help tells more.' });
  const store = flags.store ?? process.env.GOODNET_STORE;
  const { below, placeOf } = await import('../../job/address');
  const states = process.env.GOODNET_JOB_STATE;
  // Jobs are told apart by the folder that they are in.
  const state = flags.state ?? (states && below(states, placeOf(placeOf(job).parent).name));
  if (!store || !state) {
    throw new UsageError(`Where ${store ? 'it is kept what is done' : 'the stores go'} is not told`, {
      hint: 'Give --store and --state, or GOODNET_STORE and GOODNET_JOB_STATE.',
    });
  }
  const { shareOf } = await import('../../job/share');
  const part = flags.share ?? shareOf(process.env);
  // A key that can't be had is told at once.
  await signerOf(flags.sign);
  const lines = new StepLines(flags);
  const { runJob } = await import('../../job/run-job');
  const { limitsOf } = await import('../../job/limits');
  const outcome = await interruptible((signal) =>
    runJob({
      job,
      store,
      state,
      share: part,
      sha256: flags.sha256,
      progress: lines.report,
      say: lines.say,
      begin: lines.begin,
      detail: lines.detail,
      signal,
      apart: {
        program: present(process.argv[1], 'The program that runs'),
        limits: limitsOf(flags.netMinutes),
        sign: flags.sign ?? (process.env.GOODNET_SIGN || undefined),
      },
    }),
  ).catch((error) => {
    lines.finish();
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      error.signal,
      'Interrupted: what is done is kept, and the next try goes on from there.',
    );
  });
  lines.finish();
  const [refused, unrepaired] = (['refused', 'unrepaired'] as const).map((which) =>
    outcome.filter(({ done }) => done.outcome === which).map(({ name }) => name),
  ) as [string[], string[]];
  if (flags.json) {
    const results = outcome.map(({ name, done: { format: _, what: __, ...done } }) => ({ name, ...done }));
    printJson(results);
  } else {
    const repaired = outcome.length - refused.length - unrepaired.length;
    const not = unrepaired.length > 0 ? `, ${unrepaired.length} not repaired` : '';
    print(`${repaired} repaired${not}, ${refused.length} refused`);
  }
  const faults = [
    ...(refused.length > 0 ? [`Nets that can't be repaired: ${refused.join(', ')}`] : []),
    ...(unrepaired.length > 0
      ? [`Nets that are not repaired, their bundles not made current: ${unrepaired.join(', ')}`]
      : []),
  ];
  if (faults.length === 0) return;
  const hints = [
    ...(refused.length > 0 ? [`Each has its reason in ${state}, NAME/done.json.`] : []),
    ...(unrepaired.length > 0
      ? [
          'To answer with such a bundle all the same: goodnet activate, or "acceptUnrepaired": true in the job.',
        ]
      : []),
  ];
  throw new GoodNetError(faults.join('. '), { hint: hints.join(' ') });
}

function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new UsageError(`--sha256 ${text}: a SHA-256 is wanted, 64 hexadecimal digits`);
}

function share(text: string): Share {
  const [, which, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  const part = { index: Number(which) - 1, of: Number(of) };
  if (which !== undefined && part.index < part.of) return part;
  throw new UsageError(`--share ${text}: WHICH/OF is wanted, 1/4 for the first of four`);
}
