import { Duration, Stack } from 'aws-cdk-lib';
import { type Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { GoodNetEndpoint } from '../endpoint';
import type { GoodNetRepair } from '../repair';
import type { GoodNetScreening } from '../screening';
import { endpointAlarms, rateAlarms, repairAlarms, screeningAlarms } from './alarms';
import { blockedQueues } from './blocked';
import { widgets } from './widgets';

export interface GoodNetWatchProps {
  readonly endpoint?: GoodNetEndpoint;
  readonly screening?: GoodNetScreening;
  readonly repair?: GoodNetRepair;
  /** The false-positive rate of the bundles, 0–1. Default 0.01. */
  readonly alpha?: number;
  /** Who is written to in an alarm; they confirm it once. */
  readonly emails?: readonly string[];
}

/**
 * A dashboard, and alarms: errors, slow answers, uploads that wait, dead letters, failed repairs, and a share of flagged
 * images that is not what the bundle promises.
 *
 * @example
 * new GoodNetWatch(this, 'Watch', { endpoint, screening, repair, emails: ['ops@example.com'] });
 */
export class GoodNetWatch extends Construct {
  readonly alarms: readonly Alarm[];
  readonly topic: Topic;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: GoodNetWatchProps) {
    super(scope, id);
    const { endpoint, screening, repair, alpha = 0.01, emails = [] } = props;
    if (!(alpha > 0 && alpha < 1))
      throw new Error(`GoodNetWatch: alpha ${alpha} is no rate between 0 and 1.`);
    this.topic = new Topic(this, 'Alarms', { enforceSSL: true, displayName: 'GoodNet' });
    // The policy that enforceSSL makes takes the place of SNS's own, which let the account's alarms publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
    const services = [...new Set([endpoint, screening].flatMap((each) => (each ? [each.service] : [])))];
    this.alarms = [
      ...(endpoint ? endpointAlarms(this, endpoint) : []),
      ...(screening ? screeningAlarms(this, screening) : []),
      ...(endpoint || screening ? rateAlarms(this, alpha, services) : []),
      ...(repair ? repairAlarms(this, repair) : []),
    ];
    if (repair) blockedQueues(this, repair, this.topic);
    for (const alarm of this.alarms) alarm.addAlarmAction(new SnsAction(this.topic));
    this.dashboard = new Dashboard(this, 'Dashboard', {
      // Dashboards are an account's, not a region's: the same stack in another region would have this name as well.
      dashboardName: `${Stack.of(this).stackName}-${Stack.of(this).region}`,
      defaultInterval: Duration.days(1),
      widgets: widgets({ endpoint, screening, repair, alpha, services, alarms: this.alarms }),
    });
  }
}
