/** The instances of a training job and their names for each other. Each is a run with an address of its own on the loopback. Pure. */
import type { SandboxOptions } from '../../../engine/executor.ts';
import { loopbackAddresses } from '../jobs/host-addresses.ts';
import { type Share, shareOf } from '../jobs/instance-share.ts';
import type { TrainingJob, TrainingJobRequest } from './training-job.ts';

interface Instance {
  readonly name: string;
  readonly type: string | undefined;
  /** Of a heterogeneous cluster: https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster.html */
  readonly group: string | undefined;
}

export function instancesOf({ ResourceConfig: resources }: TrainingJobRequest): Instance[] {
  const groups = resources?.InstanceGroups ?? [];
  const kinds =
    groups.length > 0
      ? groups.map((group) => ({
          type: group.InstanceType,
          group: group.InstanceGroupName,
          count: group.InstanceCount,
        }))
      : [{ type: resources?.InstanceType, group: undefined, count: resources?.InstanceCount ?? 1 }];
  return kinds
    .flatMap(({ type, group, count = 1 }) => Array.from({ length: count }, () => ({ type, group })))
    .map((instance, i) => ({ name: `algo-${i + 1}`, ...instance }));
}

/** The cores and memory that all instances request together. */
export function shareOfCluster(request: TrainingJobRequest): Share {
  const shares = instancesOf(request).map(({ type }) => shareOf(type, 1));
  const sum = (of: (share: Share) => number) => shares.reduce((total, share) => total + of(share), 0);
  return { cores: sum(({ cores }) => cores), memoryGiB: sum(({ memoryGiB }) => memoryGiB) };
}

export const hostAddresses = (job: TrainingJob): SandboxOptions['hosts'] =>
  loopbackAddresses(
    job,
    instancesOf(job.request).map(({ name }) => name),
  );

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html#your-algorithms-training-algo-running-container-dist-training */
export function resourceConfig(request: TrainingJobRequest, current: string): object {
  const instances = instancesOf(request);
  const own = instances.find(({ name }) => name === current);
  const groups = [...new Set(instances.flatMap(({ group }) => group ?? []))];
  return {
    current_host: current,
    current_instance_type: own?.type,
    ...(own?.group === undefined ? {} : { current_group_name: own.group }),
    hosts: instances.map(({ name }) => name),
    ...(groups.length === 0
      ? {}
      : {
          instance_groups: groups.map((group) => {
            const members = instances.filter((instance) => instance.group === group);
            return {
              instance_group_name: group,
              instance_type: members[0]?.type,
              hosts: members.map(({ name }) => name),
            };
          }),
        }),
    network_interface_name: 'lo',
  };
}
