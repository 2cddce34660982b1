import { Duration } from 'aws-cdk-lib';
import { expect, it, vi } from 'vitest';
import { publishing, watch } from '../../functions/lambda/powertools';
import { images, NAMESPACE } from '../../infra/watch/metrics';
import type { Verdict } from '../../models/verdict';

it('watches the metrics that the functions write: namespace, name and dimensions', async () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const said = (backdoored: boolean) => ({ backdoored, pValue: 0.5 }) as Verdict;
  await publishing(async () => {
    watch.verdict('faces', said(true));
    watch.verdict('faces', said(false));
    watch.verdict('faces', said(false));
  });
  const line = JSON.parse(String(out.mock.calls.find(([text]) => String(text).includes('_aws'))?.[0]));
  out.mockRestore();
  const [written] = line._aws.CloudWatchMetrics;
  for (const name of ['Flagged', 'Clean'] as const) {
    const { namespace, metricName, dimensions } = images(name, Duration.hours(1));
    expect(namespace).toBe(NAMESPACE);
    expect(written).toMatchObject({ Namespace: namespace, Dimensions: [Object.keys(dimensions ?? {})] });
    expect(line).toMatchObject({ ...dimensions });
    expect(written.Metrics).toContainEqual({ Name: metricName, Unit: 'Count' });
  }
  expect([line.Flagged, line.Clean].flat()).toEqual([1, 1, 1]);
});
