import { createApp } from '../app';
import { defectOf } from '../observe/defect';
import { settleHeap } from '../small-heap';
import { fetchObjectFrom } from '../uploads/fetch-object';
import { logAudit } from './audit';
import { LAMBDA_LIMITS, lambdaHandler } from './http';
import { logger, publishing, watch } from './powertools';
import { setting } from './setting';
import { startFunction } from './start';

const { catalogue, engine } = await startFunction();
const audit = logAudit();
const buckets = setting('GOODNET_UPLOAD_BUCKETS')?.split(',');
const app = createApp({
  catalogue,
  engine: engine.description,
  limits: LAMBDA_LIMITS,
  watch,
  audit: audit && ((lines) => lines.forEach(audit)),
  origins: setting('GOODNET_ORIGINS')?.split(','),
  fetchObject: buckets && fetchObjectFrom(await uploads(), new Set(buckets), (line) => logger.warn(line)),
  onDefect: (error) => logger.error('defect', { defect: defectOf(error) }),
});
const answer = lambdaHandler(app);

/** When the heap is made small after the first answer, in milliseconds: not before it is out. */
const SETTLE_AFTER = 50;
let isSettled = false;

/** Answers HTTP events of API Gateway, a function URL or a load balancer. */
export const handler: typeof answer = async (event, context) => {
  const answered = await publishing(() => answer(event, context));
  if (!isSettled) setTimeout(settleHeap, SETTLE_AFTER, { forGood: true }).unref();
  isSettled = true;
  return answered;
};

async function uploads() {
  const [{ s3Uploads }, { s3Client }] = await Promise.all([
    import('../uploads/s3'),
    import('../../models/store/s3-files'),
  ]);
  return s3Uploads(s3Client());
}
