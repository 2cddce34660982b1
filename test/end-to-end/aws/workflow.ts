import { equal } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JobPlan } from '../../../build-repair/job/on-aws/plan-job';
import type { Keys } from './bundles';
import { inContainer } from './command-line';
import { MODELS, type Place } from './place';

const MADE = 's3://goodnet/made';

/**
 * Takes a job through what the deployed workflow does (infra/repair/workflow.ts), started by hand: the container holds no key.
 * @returns the last line of the container, the files that it made, and what the function that signs has answered
 */
export async function throughWorkflow(
  place: Place,
  keys: Keys,
  job: string,
): Promise<{ container: string; unsigned: readonly string[]; published: unknown }> {
  const since = new Date().toISOString();
  const places = {
    GOODNET_INBOX: 's3://goodnet/inbox',
    GOODNET_MADE: MADE,
    GOODNET_JOB_STATE: 's3://goodnet/jobs',
  };
  const asked = { job, byHand: true };
  const call = async (handler: string, env: Record<string, string>, event: object) => {
    const step = await place.start(handler, { ...places, ...env }, `${place.programs}-jobs`);
    const answered = await step.invoke(event);
    if (!answered.ok) throw new Error(`${answered.errorType}: ${answered.errorMessage}\n${step.log()}`);
    return answered.payload;
  };
  const plan = (await call('plan.handler', { GOODNET_MAX_SHARES: '4' }, asked)) as JobPlan;
  equal(plan.shares, 1);
  const env = { ...place.env, GOODNET_JOB_STATE: places.GOODNET_JOB_STATE };
  const container = await inContainer(env, 'job', plan.job, '--sha256', plan.sha256, '--store', plan.made);
  const unsigned = readdirSync(join(place.server.root, MADE.slice('s3://'.length)), {
    recursive: true,
    encoding: 'utf8',
  });
  const signing = { GOODNET_STORE: MODELS, GOODNET_SIGN: keys.ours };
  const published = await call('publish.handler', signing, { ...asked, sha256: plan.sha256, since, from: 0 });
  return { container, unsigned, published };
}
