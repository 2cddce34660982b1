import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { serviceHere } from '../trust';

/**
 * A network that costs nothing while nothing runs: public subnets without a NAT gateway, S3 through a gateway endpoint.
 * Nothing outside can open a connection to the machines: their security group lets nothing in.
 */
export function repairNetwork(scope: Construct, removalPolicy: RemovalPolicy): IVpc {
  const vpc = new Vpc(scope, 'Network', {
    maxAzs: 3,
    natGateways: 0,
    subnetConfiguration: [{ name: 'repair', subnetType: SubnetType.PUBLIC, cidrMask: 24 }],
    gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    restrictDefaultSecurityGroup: false,
  });
  vpc.addFlowLog('FlowLog', {
    trafficType: FlowLogTrafficType.REJECT,
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(scope, 'FlowLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy }),
      new Role(scope, 'FlowLogsRole', { assumedBy: serviceHere(scope, 'vpc-flow-logs') }),
    ),
  });
  return vpc;
}
