import { UsageError } from '../../models/errors';

/** Which of so many equal shares of a job this process does. */
export interface Share {
  /** 0…of−1. */
  readonly index: number;
  readonly of: number;
}

/**
 * The share of a job of this process: as an AWS Batch array job says it, or all.
 * @throws UsageError where the environment tells an index, and no size to it
 */
export function shareOf(env: NodeJS.ProcessEnv): Share {
  const { AWS_BATCH_JOB_ARRAY_INDEX: index, AWS_BATCH_JOB_ARRAY_SIZE: of } = env;
  if (index === undefined || index === '') return { index: 0, of: 1 };
  const share = { index: Number(index), of: Number(of) };
  if (
    Number.isInteger(share.index) &&
    Number.isInteger(share.of) &&
    share.index >= 0 &&
    share.index < share.of
  ) {
    return share;
  }
  throw new UsageError(`AWS_BATCH_JOB_ARRAY_INDEX is ${index} and AWS_BATCH_JOB_ARRAY_SIZE ${of}`, {
    hint: 'AWS Batch sets both in an array job; give both, or use --share 1/4.',
  });
}

/** What falls to a share: every so-manieth, so that shares are alike though nets of one kind stand together. */
export function fallingTo<T>(all: readonly T[], { index, of }: Share): T[] {
  return all.filter((_, i) => i % of === index);
}
