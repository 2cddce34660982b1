import { requiredSetting, setting } from '../../../functions/lambda/setting';
import { openSigner } from '../../../models/signing/signer';
import type { JobPlanned } from './plan-job';
import { type PublishedMade, publishMade } from './publish-made';

/** Milliseconds that a net may take: what is left then is another call's. */
const FOR_A_NET = 180_000;

/** Signs and publishes what a job has made, for the workflow of the repair. */
export async function handler(
  event: JobPlanned & { readonly from: number; readonly since: string },
  context: { getRemainingTimeInMillis?(): number },
): Promise<PublishedMade> {
  const key = setting('GOODNET_SIGN');
  return await publishMade(event, {
    inbox: requiredSetting('GOODNET_INBOX'),
    made: requiredSetting('GOODNET_MADE'),
    state: requiredSetting('GOODNET_JOB_STATE'),
    store: requiredSetting('GOODNET_STORE'),
    signer: key === undefined ? undefined : await openSigner(key),
    activates: setting('GOODNET_ACTIVATE_FROM_INBOX') === 'true',
    from: event.from,
    since: event.since,
    mayGoOn: () => (context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) > FOR_A_NET,
    log: ({ level, message, net }) =>
      console.log(JSON.stringify({ level: level.toUpperCase(), message, net })),
  });
}
