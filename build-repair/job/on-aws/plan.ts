import { requiredSetting, setting } from '../../../functions/lambda/setting';
import { type JobPlan, type JobRequest, planJob } from './plan-job';

/** Reads a job file for the workflow of the repair, before any machine is started. */
export const handler = (event: JobRequest): Promise<JobPlan> =>
  planJob(event, {
    inbox: requiredSetting('GOODNET_INBOX'),
    made: requiredSetting('GOODNET_MADE'),
    state: requiredSetting('GOODNET_JOB_STATE'),
    maxShares: Number(setting('GOODNET_MAX_SHARES') ?? 1),
  });
