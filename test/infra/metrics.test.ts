import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { notScreened, publishing, watch } from '../../functions/lambda/powertools';
import { unwatched, type Watch } from '../../functions/observe/watch';
import { failures, flaggedOverAlpha, images, NAMESPACE } from '../../infra/watch/metrics';
import type { Verdict } from '../../models/verdict';
import { colours, plain } from '../functions/stand-in';
import { OWN_METRICS } from '../research/scale/idle';
import { synthesize } from './synth';

it('watches the metrics that the functions write: namespace, name and dimensions', async () => {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const said = (backdoored: boolean) => ({ backdoored, pValue: 0.5 }) as Verdict;
  await publishing(async () => {
    watch.verdict('faces', { ...said(true), unfamiliar: true });
    watch.verdict('faces', said(false));
    watch.verdict('faces', said(false));
    watch.request('/v1/classify', 'POST', 503, 0.1);
    watch.request('/v1/classify', 'POST', 200, 0.1);
    for (const stage of ['decode', 'queue', 'nets'] as const) watch.stage(stage, 0.1);
    notScreened('Screening', 2);
    notScreened('Backfill', 3);
  });
  const line = JSON.parse(String(out.mock.calls.find(([text]) => String(text).includes('_aws'))?.[0]));
  out.mockRestore();
  const [written] = line._aws.CloudWatchMetrics;
  const own = (['Errors', 'ScreeningErrors', 'BackfillErrors'] as const).map(
    (name) => failures(name, 'goodnet', [], Duration.hours(1)).usingMetrics.m0 as Metric,
  );
  const shares = (['Flagged', 'Clean'] as const).map((name) => images(name, 'goodnet', Duration.hours(1)));
  for (const { namespace, metricName, dimensions } of [...own, ...shares]) {
    expect(namespace).toBe(NAMESPACE);
    expect(written).toMatchObject({ Namespace: namespace, Dimensions: [Object.keys(dimensions ?? {})] });
    expect(line).toMatchObject({ ...dimensions });
    expect(written.Metrics).toContainEqual({ Name: metricName, Unit: 'Count' });
  }
  expect([line.Flagged, line.Clean].flat()).toEqual([1, 1, 1]);
  expect(line.Unfamiliar).toEqual(1);
  // Which docs/scale.md tells the price of; the twelfth is the repair's.
  expect(written.Metrics.length + 1).toBe(OWN_METRICS);
  expect([line.Errors, line.ScreeningErrors, line.BackfillErrors]).toEqual([1, 2, 3]);
});

it('counts verdicts at the model’s own α, whatever callers ask for', async () => {
  const counted: boolean[] = [];
  const counting: Watch = { ...unwatched, verdict: (_, { backdoored }) => counted.push(backdoored) };
  const classifier = { ...colours, alphas: { least: 0.01, most: 0.5 } };
  const app = createApp({ classifier, watch: counting });
  const body = new Uint8Array(await plain().png().toBuffer());
  const response = await app.request('/v1/classify?alpha=0.5', { method: 'POST', body });
  expect(await response.json()).toMatchObject({ backdoored: true, alpha: 0.5 });
  expect(counted).toEqual([false]);
});

it('makes nothing that is all of an account’s by a name that another region’s deployment has, too', () => {
  // What AWS knows by its name in all regions.
  const global = {
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    'AWS::IAM::Role': 'RoleName',
    'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
    'AWS::IAM::InstanceProfile': 'InstanceProfileName',
    'AWS::S3::Bucket': 'BucketName',
  };
  const { stacks, template } = synthesize({ quarantine: 'flagged' });
  const names = stacks.flatMap(({ stackName }) =>
    Object.entries(global).flatMap(([type, property]) =>
      Object.values(template(stackName.replace(/^.*-/, '')).findResources(type)).flatMap(
        ({ Properties }) => Properties?.[property] ?? [],
      ),
    ),
  );
  expect(names).toHaveLength(1);
  for (const name of names) expect(JSON.stringify(name)).toContain('AWS::Region');
});

it('tells deployments of one account apart, from the functions to the alarms and the dashboard', () => {
  const made = synthesize({ name: 'Staging' });
  const functions = ['Endpoint', 'Screening'].flatMap((what) =>
    Object.values(made.template(what).findResources('AWS::Lambda::Function')),
  );
  expect(functions.map(({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME)).toEqual(
    functions.map(() => 'Staging'),
  );
  const watch = JSON.stringify(made.template('Watch').toJSON()).replaceAll('\\', '');
  const dimensions = [
    ...watch.matchAll(/"Name":"service","Value":"(\w+)"|"GoodNet","\w+","service","(\w+)"/g),
  ];
  expect(dimensions.length).toBeGreaterThan(8);
  expect(new Set(dimensions.map(([, alarm, shown]) => alarm ?? shown))).toEqual(new Set(['Staging']));
  // Together in a stack of somebody's own, each by a name of its own.
  const both = flaggedOverAlpha(0.01, ['A', 'B'], Duration.hours(1));
  expect(both.expression).toContain('(FILL(flagged, 0) + FILL(flagged1, 0))');
  expect(Object.keys(both.usingMetrics)).toEqual(['flagged', 'flagged1', 'clean', 'clean1']);
});
