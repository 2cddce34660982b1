import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Watch } from '../observe/watch';

/** Lines of JSON for CloudWatch; never an image's content. */
export const logger = new Logger({ serviceName: process.env.POWERTOOLS_SERVICE_NAME ?? 'goodnet' });

const metrics = new Metrics({
  namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'GoodNet',
  serviceName: process.env.POWERTOOLS_SERVICE_NAME ?? 'goodnet',
});

const TIMES = { decode: 'DecodeTime', queue: 'QueueTime', nets: 'NetsTime' } as const;

/** Counts and times as CloudWatch embedded metrics, one line an invocation. */
export const watch: Watch = {
  stage(stage, seconds) {
    metrics.addMetric(TIMES[stage], MetricUnit.Milliseconds, 1000 * seconds);
  },
  verdict(model, { backdoored, pValue, unfamiliar }) {
    metrics.addMetric(backdoored ? 'Flagged' : 'Clean', MetricUnit.Count, 1);
    metrics.addMetric('PValue', MetricUnit.NoUnit, pValue);
    if (unfamiliar !== undefined) metrics.addMetric('Unfamiliar', MetricUnit.Count, unfamiliar ? 1 : 0);
    metrics.addMetadata('model', model);
  },
  request(route, method, status, seconds) {
    metrics.addMetric(status >= 500 ? 'Errors' : 'Answers', MetricUnit.Count, 1);
    logger.info('answered', { route, method, status, milliseconds: Math.round(1000 * seconds) });
  },
};

/** Takes note of objects that could not be screened: to Lambda, a batch of which some failed has gone well. */
export function notScreened(by: 'Screening' | 'Backfill', count: number): void {
  if (count > 0) metrics.addMetric(`${by}Errors`, MetricUnit.Count, count);
}

/** Writes the metrics of an invocation out. */
export async function publishing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    metrics.publishStoredMetrics();
  }
}
