import { GoodNetError } from '../../models/errors';
import { s3Client } from '../../models/store/s3-files';
import type { ScreeningOptions } from '../screening/events';
import type { JudgedLine } from '../screening/judge';
import { NotYet } from '../screening/not-yet';
import { tellUnjudged } from '../screening/record';
import { releasedAt } from '../screening/released';
import { type Recording, screenObject } from '../screening/screen-object';
import { s3Uploads } from '../uploads/s3';
import { logAudit } from './audit';
import { logger, watch } from './powertools';
import { setting } from './setting';
import { startFunction } from './start';

/**
 * Screens objects as the environment says: GOODNET_TAGS=true; GOODNET_RESULTS_PREFIX and GOODNET_QUARANTINE_PREFIX, in
 * the upload's bucket or in …_BUCKET; GOODNET_EVENTS, the name of an EventBridge bus; GOODNET_MODEL, where the store has
 * several; GOODNET_SKIP_PREFIXES, comma-separated, what else is no upload; GOODNET_AUDIT=true for a line of each image;
 * GOODNET_RELEASED, where it is kept what people have released (goodnet release).
 */
export async function startScreener(): Promise<ScreeningOptions> {
  const audit = logAudit();
  const { catalogue } = await startFunction();
  const uploads = s3Uploads(s3Client());
  const at = (name: string) => {
    const prefix = setting(`GOODNET_${name}_PREFIX`);
    return prefix === undefined ? undefined : { prefix, bucket: setting(`GOODNET_${name}_BUCKET`) };
  };
  const bus = setting('GOODNET_EVENTS');
  const recording: Recording = {
    tags: setting('GOODNET_TAGS') === 'true',
    results: at('RESULTS'),
    quarantine: at('QUARANTINE'),
    announce: bus === undefined ? undefined : await announcer(bus),
  };
  const releases = setting('GOODNET_RELEASED');
  const released = releases === undefined ? undefined : releasedAt(releases);
  const queue = setting('GOODNET_UPLOADS_QUEUE');
  const model = setting('GOODNET_MODEL');
  const levels = { info: 'info', warn: 'warn', error: 'error' } as const;
  // What is written to the uploads' own bucket comes back as an event.
  const written = [recording.results, recording.quarantine].flatMap((place) =>
    place && place.bucket === undefined ? [place.prefix] : [],
  );
  return {
    ...(queue !== undefined && { later: async (body) => (await import('./later')).sendLater(queue)(body) }),
    ownPrefixes: [...written, ...(setting('GOODNET_SKIP_PREFIXES')?.split(',') ?? [])],
    giveUp: (object, message) =>
      tellUnjudged(object, { ...object, outcome: 'unscreened', message }, { uploads, recording }),
    log: ({ level, message, ...more }) => logger[levels[level as keyof typeof levels]](String(message), more),
    screen: async (object, source) => {
      const names = await catalogue.names();
      if (names.length === 0 || (model !== undefined && !names.includes(model))) {
        const message = `There is no model ${model ?? 'to screen with'} yet`;
        await tellUnjudged(object, { ...object, outcome: 'waiting', message }, { uploads, recording });
        throw new NotYet(message, { kind: 'environment', hint: 'Publish one, with --activate.' });
      }
      if (model === undefined) nameOne(names);
      return await catalogue.use(model, async (classifier) => {
        const note = audit && ((line: JudgedLine) => audit({ ...source, ...line }));
        const result = await screenObject(object, { model: classifier, uploads, recording, released, note });
        if (result.verdict) watch.verdict(classifier.model, result.verdict);
        return result;
      });
    },
  };
}

/** @throws GoodNetError `usage` where there are several models, and none is named to screen with */
function nameOne(names: readonly string[]): void {
  if (names.length <= 1) return;
  throw new GoodNetError(
    `There are several models (${names.join(', ')}), and GOODNET_MODEL names none to screen with`,
    {
      kind: 'usage',
      hint: 'Set it to one of them; with cdk, -c goodnet:model=NAME.',
    },
  );
}

async function announcer(bus: string): Promise<Recording['announce']> {
  const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const { announceOn } = await import('./announce');
  return announceOn(bus, new EventBridgeClient({ maxAttempts: 6 }));
}
