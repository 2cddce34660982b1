import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { NO_MACHINES } from '../repair/workflow';

/** What the functions' counts are found by (functions/lambda/powertools.ts): without its dimension a metric is another one. */
export const NAMESPACE = 'GoodNet';

/** Images answered, over a period, by what was said. @param service the deployment that has answered */
export function images(said: 'Clean' | 'Flagged', service: string, period: Duration): Metric {
  return ours(said, service, period);
}

/** Repairs for which no machine could be had (infra/repair/workflow.ts). */
export function noMachines(service: string, period: Duration): Metric {
  return ours(NO_MACHINES, service, period);
}

function ours(metricName: string, service: string, period: Duration): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { service },
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
  service: string,
  others: readonly IMetric[],
  period: Duration,
): MathExpression {
  const all = [ours(own, service, period), ...others];
  return new MathExpression({
    label: own,
    expression: all.map((_, i) => `FILL(m${i}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(all.map((metric, i) => [`m${i}`, metric])),
    period,
  });
}

/** The share of images that were flagged, 0–1. */
export function flaggedRate(services: readonly string[], period: Duration): MathExpression {
  const { flagged, clean, usingMetrics } = said(services, period);
  return new MathExpression({
    label: 'share flagged',
    expression: `${flagged} / (${flagged} + ${clean})`,
    usingMetrics,
    period,
  });
}

/**
 * How many times as many images as promised are flagged: 1 is as promised. It is 1, too, while there are too few images
 * to tell: fewer than 30 / α, of which 30 would be flagged.
 * @param alpha the false-positive rate of the bundle, 0–1
 */
export function flaggedOverAlpha(
  alpha: number,
  services: readonly string[],
  period: Duration,
): MathExpression {
  const enough = Math.ceil(30 / alpha);
  const { flagged, clean, usingMetrics } = said(services, period);
  const all = `(${flagged} + ${clean})`;
  return new MathExpression({
    label: `share flagged / ${alpha}`,
    expression: `IF(${all} >= ${enough}, ${flagged} / ${all} / ${alpha}, 1)`,
    usingMetrics,
    period,
  });
}

/** How many images were flagged, and how many were not, of one deployment or of several. */
function said(services: readonly string[], period: Duration) {
  const usingMetrics: Record<string, Metric> = {};
  const sum = (name: 'Flagged' | 'Clean') => {
    const parts = services.map((service, i) => {
      const id = `${name.toLowerCase()}${i || ''}`;
      usingMetrics[id] = images(name, service, period);
      return `FILL(${id}, 0)`;
    });
    const all = parts.join(' + ');
    return parts.length === 1 ? all : `(${all})`;
  };
  return { flagged: sum('Flagged'), clean: sum('Clean'), usingMetrics };
}
