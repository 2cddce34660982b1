import { Duration } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  type CfnComputeEnvironment,
  EcsMachineImageType,
  JobQueue,
  JobStateTimeLimitActionsAction,
  JobStateTimeLimitActionsReason,
  JobStateTimeLimitActionsState,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  type IVpc,
  LaunchTemplate,
  MultipartBody,
  MultipartUserData,
  SecurityGroup,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { explain } from '../iam';
import { CONTAINER_USER } from './job';
import { PATIENCE } from './workflow';

/**
 * The machines that there are in most regions: Batch refuses all of a compute environment if one of its types is not
 * offered where it is. g4dn.xlarge lacks in ap-south-2, ap-southeast-3, -4 and -5, ca-west-1, eu-central-2, eu-south-2,
 * il-central-1 and me-central-1 (EC2's DescribeInstanceTypeOfferings of 30 regions, as moto 5.2.5 holds them, November 2026).
 */
export const INSTANCE_TYPES = ['g4dn.xlarge'];

export interface ComputeProps {
  readonly vpc: IVpc;
  readonly instanceTypes: readonly string[];
  readonly maxvCpus: number;
}

/** Where jobs wait: one queue for spot machines, one for machines at full price. Both have none while nothing waits. */
export function repairQueues(scope: Construct, props: ComputeProps): { spot: JobQueue; onDemand: JobQueue } {
  const { vpc, instanceTypes, maxvCpus } = props;
  const instanceRole = new Role(scope, 'MachineRole', {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEC2ContainerServiceforEC2Role'),
    ],
  });
  explain(
    instanceRole,
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role]',
    "What the ECS agent needs changes with the agent; AWS keeps this policy in step. The job's own role is another.",
  );
  const launchTemplate = machine(scope);
  const shared = {
    vpc,
    instanceRole,
    instanceTypes: instanceTypes.map((type) => new InstanceType(type)),
    useOptimalInstanceClasses: false,
    images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
    minvCpus: 0,
    maxvCpus,
    securityGroups: [
      new SecurityGroup(scope, 'NothingIn', {
        vpc,
        description: 'Repair machines: out only',
        allowAllOutbound: true,
      }),
    ],
    launchTemplate,
  };
  const spot = new ManagedEc2EcsComputeEnvironment(scope, 'SpotMachines', {
    ...shared,
    spot: true,
    allocationStrategy: AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
  });
  const onDemand = new ManagedEc2EcsComputeEnvironment(scope, 'OnDemandMachines', {
    ...shared,
    allocationStrategy: AllocationStrategy.BEST_FIT_PROGRESSIVE,
  });
  for (const each of [spot, onDemand]) {
    // Without a version Batch keeps to the first: a change of the machine would change nothing.
    (each.node.defaultChild as CfnComputeEnvironment).addPropertyOverride(
      'ComputeResources.LaunchTemplate.Version',
      launchTemplate.latestVersionNumber,
    );
  }
  return {
    // A second compute environment in one queue would be used when the first is full, not when there is no spot machine.
    spot: new JobQueue(scope, 'SpotQueue', {
      computeEnvironments: [{ computeEnvironment: spot, order: 1 }],
      jobStateTimeLimitActions: WAITED_IN_VAIN.map(giveUp),
    }),
    onDemand: new JobQueue(scope, 'OnDemandQueue', {
      computeEnvironments: [{ computeEnvironment: onDemand, order: 1 }],
      jobStateTimeLimitActions: WAITED_IN_VAIN.map(giveUp),
    }),
  };
}

/** What Batch says of a job that can't go on. A quota it does not tell of so: the workflow sees that nothing works. */
const WAITED_IN_VAIN = [
  JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY,
  JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE,
  JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT,
];

function giveUp(reason: JobStateTimeLimitActionsReason) {
  return {
    reason,
    action: JobStateTimeLimitActionsAction.CANCEL,
    maxTime: Duration.seconds(PATIENCE),
    state: JobStateTimeLimitActionsState.RUNNABLE,
  };
}

/**
 * An encrypted disk that holds the image and the nets, and metadata that the container can't ask for, the machine's role among it.
 * Batch's containers share the machine's network, so that the limit of hops does not keep them from it: the machine
 * refuses what the container's user sends there. Its job's own role comes from another address (169.254.170.2).
 */
function machine(scope: Construct): LaunchTemplate {
  return new LaunchTemplate(scope, 'Machine', {
    requireImdsv2: true,
    httpPutResponseHopLimit: 1,
    userData: keepingMetadata(),
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(100, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
      },
    ],
  });
}

/** Run when the machine starts, before the ECS agent does. Batch takes MIME parts alone, and adds its own. */
function keepingMetadata(): MultipartUserData {
  const script = UserData.forLinux();
  script.addCommands(
    `iptables -I OUTPUT -d 169.254.169.254 -m owner --uid-owner ${CONTAINER_USER} -j REJECT`,
  );
  const parts = new MultipartUserData();
  parts.addPart(MultipartBody.fromUserData(script));
  return parts;
}
