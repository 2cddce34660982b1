import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** What the functions' counts are found by (functions/lambda/powertools.ts): without its dimension a metric is another one. */
export const NAMESPACE = 'GoodNet';
const DIMENSIONS = { service: 'goodnet' };

/** Images answered, over a period, by what was said. */
export function images(said: 'Clean' | 'Flagged', period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: said,
    dimensionsMap: DIMENSIONS,
    statistic: 'Sum',
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
