import { BACKFILL_BATCH } from '../../../infra/screening/backfill';

/** What can't be measured without an account. */
export const ASSUMED = {
  /** How much slower a processor of Lambda (Graviton) is than this machine's: not measured, chosen to be safe. */
  slower: 1.5,
  /** Seconds that S3 takes for one small object. */
  s3Seconds: 0.03,
  /** Seconds from a call until the code of a new instance begins, beside what we measure. */
  lambdaStart: 0.25,
  /** Seconds that an idle instance is kept. */
  keep: 300,
  /** Bytes of logs and metrics for a request, and for an upload. */
  logBytes: 1500,
  /** Of a full price, what a spot machine costs. */
  spotPrice: 0.4,
  /** How often an hour a spot machine is taken away. */
  takenPerHour: 0.05,
  /** Seconds until a machine works: it is found, starts, and pulls the image. */
  boot: 300,
} as const;

/** As the stacks have it by default (infra). */
export const SET_UP = {
  gigabytes: 1769 / 1024,
  /** Objects of one call, and of these at once (functions/screening/events.ts). */
  sqsBatch: 10,
  backfillBatch: BACKFILL_BATCH,
  atOnce: 8,
  /** GET, tags read, tags written, result written. */
  s3Requests: 4,
  s3WritesEach: 2,
  concurrency: 10,
  backfillConcurrency: 50,
  machines: 16,
  vcpusEach: 4,
} as const;
