import { s3Client } from '../../models/store/s3-files';
import { type Recording, type ScreenedObject, screenObject } from '../screening/screen-object';
import { s3Uploads, type UploadedObject } from '../uploads/s3';
import { watch } from './powertools';
import { setting, startFunction } from './start';

/** Screens objects as the environment says: GOODNET_TAGS, GOODNET_RESULTS_PREFIX, GOODNET_QUARANTINE_PREFIX, …_BUCKET. */
export async function startScreener(): Promise<{
  readonly screen: (object: UploadedObject) => Promise<ScreenedObject>;
  readonly ownPrefixes: readonly string[];
}> {
  const { catalogue } = await startFunction();
  const uploads = s3Uploads(s3Client());
  const at = (name: string) => {
    const prefix = setting(`GOODNET_${name}_PREFIX`);
    return prefix === undefined ? undefined : { prefix, bucket: setting(`GOODNET_${name}_BUCKET`) };
  };
  const recording: Recording = {
    tags: setting('GOODNET_TAGS') === 'true',
    results: at('RESULTS'),
    quarantine: at('QUARANTINE'),
  };
  const model = setting('GOODNET_MODEL');
  return {
    // What is written to the uploads' own bucket comes back as an event.
    ownPrefixes: [recording.results, recording.quarantine].flatMap((place) =>
      place && place.bucket === undefined ? [place.prefix] : [],
    ),
    screen: (object) =>
      catalogue.use(model, async (classifier) => {
        const result = await screenObject(object, { model: classifier, uploads, recording });
        if (result.verdict) watch.verdict(classifier.model, result.verdict);
        return result;
      }),
  };
}
