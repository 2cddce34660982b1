import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** What the functions' counts are found by (functions/lambda/powertools.ts): without its dimension a metric is another one. */
export const NAMESPACE = 'GoodNet';
const DIMENSIONS = { service: 'goodnet' };

/** Images answered, over a period, by what was said. */
export function images(said: 'Clean' | 'Flagged', period: Duration): Metric {
  return ours(said, period);
}

function ours(metricName: string, period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: DIMENSIONS,
    statistic: 'Sum',
    period,
  });
}

/**
 * What went wrong and Lambda takes for a success: answers of 5xx, and objects that could not be screened. Beside it is
 * what Lambda, or an API, counts: starts that failed, crashes, answers that never came.
 * @param own what GoodNet itself calls it
 */
export function failures(
  own: 'Errors' | 'ScreeningErrors' | 'BackfillErrors',
  others: readonly IMetric[],
  period: Duration,
): MathExpression {
  const all = [ours(own, period), ...others];
  return new MathExpression({
    label: own,
    expression: all.map((_, i) => `FILL(m${i}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(all.map((metric, i) => [`m${i}`, metric])),
    period,
  });
}

/** The share of images that were flagged, 0–1. */
export function flaggedRate(period: Duration): MathExpression {
  return new MathExpression({
    label: 'share flagged',
    expression: 'FILL(flagged, 0) / (FILL(flagged, 0) + FILL(clean, 0))',
    usingMetrics: { flagged: images('Flagged', period), clean: images('Clean', period) },
    period,
  });
}

/**
 * How many times as many images as promised are flagged: 1 is as promised. It is 1, too, while there are too few images
 * to tell: fewer than 30 / α, of which 30 would be flagged.
 * @param alpha the false-positive rate of the bundle, 0–1
 */
export function flaggedOverAlpha(alpha: number, period: Duration): MathExpression {
  const enough = Math.ceil(30 / alpha);
  const all = '(FILL(flagged, 0) + FILL(clean, 0))';
  return new MathExpression({
    label: `share flagged / ${alpha}`,
    expression: `IF(${all} >= ${enough}, FILL(flagged, 0) / ${all} / ${alpha}, 1)`,
    usingMetrics: { flagged: images('Flagged', period), clean: images('Clean', period) },
    period,
  });
}
