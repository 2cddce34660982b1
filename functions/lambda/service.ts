import { createApp } from '../app';
import { defectOf } from '../observe/defect';
import { fetchObjectFrom } from '../uploads/fetch-object';
import { lambdaHandler } from './http';
import { logger, publishing, watch } from './powertools';
import { setting, startFunction } from './start';

const { catalogue, engine } = await startFunction();
const buckets = setting('GOODNET_UPLOAD_BUCKETS')?.split(',');
const app = createApp({
  catalogue,
  engine: engine.description,
  watch,
  origins: setting('GOODNET_ORIGINS')?.split(','),
  fetchObject: buckets && fetchObjectFrom(await uploads(), new Set(buckets), (line) => logger.warn(line)),
  onDefect: (error) => logger.error('defect', { defect: defectOf(error) }),
});
const answer = lambdaHandler(app);

/** Answers HTTP events of API Gateway, a function URL or a load balancer. */
export const handler: typeof answer = (event, context) => publishing(() => answer(event, context));

async function uploads() {
  const [{ s3Uploads }, { s3Client }] = await Promise.all([
    import('../uploads/s3'),
    import('../../models/store/s3-files'),
  ]);
  return s3Uploads(s3Client());
}
