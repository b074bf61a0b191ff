/**
 * How the training toolkits start a script on several instances, or several times on one, if the hyperparameters request it:
 * https://github.com/aws/sagemaker-pytorch-training-toolkit/blob/master/src/sagemaker_pytorch_container/training.py,
 * https://github.com/aws/sagemaker-tensorflow-training-toolkit/blob/master/src/sagemaker_tensorflow_container/training.py. Pure.
 */
import { type PythonObject, type PythonValue, shown } from './python-values.ts';
import type { ScriptArgs } from './script-request.ts';

/** The values of resourceconfig.json that decide. */
export interface Cluster {
  readonly current_host: string;
  readonly hosts: readonly string[];
  readonly current_group_name?: string;
  readonly instance_groups?: readonly { readonly instance_group_name: string; readonly hosts: readonly string[] }[];
}

export interface Distribution {
  readonly by: 'torchrun' | 'mpi' | 'mirrored';
  /** The instances that take part. The first one is the leader. */
  readonly hosts: readonly string[];
  readonly processesPerHost: number;
}

const on = (value: PythonValue | undefined) =>
  value !== undefined && value !== null && value !== false && !['', '0', '[]', '{}'].includes(shown(value));

/** Defined by the toolkits: environment.py, get_distribution_instance_groups_from_resource_config. */
const switches = [
  'sagemaker_mpi_enabled',
  'sagemaker_parameter_server_enabled',
  'sagemaker_distributed_dataparallel_enabled',
  'sagemaker_pytorch_ddp_enabled',
  'sagemaker_pytorch_xla_multi_worker_enabled',
  'sagemaker_multi_worker_mirrored_strategy_enabled',
  'sagemaker_torch_distributed_enabled',
];

/** The instance groups that take part. Without groups, all instances form one group of this name. */
export function distributionGroups(parameters: PythonObject, cluster: Cluster): readonly string[] {
  const { sagemaker_distribution_instance_groups: named } = parameters;
  if (Array.isArray(named)) return named.map(shown);
  return switches.some((name) => on(parameters[name])) ? [cluster.current_group_name ?? 'homogeneousCluster'] : [];
}

export function distributionHosts(parameters: PythonObject, cluster: Cluster): readonly string[] {
  const { instance_groups: groups = [], hosts } = cluster;
  if (groups.length === 0) return hosts;
  const taking = distributionGroups(parameters, cluster);
  return groups.filter(({ instance_group_name: name }) => taking.includes(name)).flatMap((group) => group.hosts);
}

const isPyTorch = (framework: string) => framework === 'pytorch' || framework === 'huggingface-pytorch';

/** Undefined if the script is started directly. */
export function distributionOf(
  { frameworkParameters: parameters }: Pick<ScriptArgs, 'frameworkParameters'>,
  framework: string,
  cluster: Cluster,
): Distribution | undefined {
  const group = cluster.current_group_name ?? 'homogeneousCluster';
  if (!distributionGroups(parameters, cluster).includes(group)) return undefined;
  const asked = (name: string) => on(parameters[`sagemaker_${name}_enabled`]);
  const by = () => {
    if (!isPyTorch(framework) && framework !== 'tensorflow') return undefined;
    if (asked('mpi')) return 'mpi';
    if (framework === 'tensorflow') return asked('multi_worker_mirrored_strategy') ? 'mirrored' : undefined;
    // AWS starts pytorch_ddp with a launcher of its own (smddprun), which sets the same variables as torchrun.
    return asked('torch_distributed') || asked('pytorch_ddp') ? 'torchrun' : undefined;
  };
  const found = by();
  const perHost = Number(shown(parameters.sagemaker_mpi_num_of_processes_per_host ?? null));
  return (
    found && {
      by: found,
      hosts: distributionHosts(parameters, cluster),
      processesPerHost: Number.isInteger(perHost) && perHost > 0 ? perHost : 1,
    }
  );
}

/** Why the script cannot be started as its hyperparameters request; undefined if the request shows no reason. */
export function unsupportedDistribution(
  { frameworkParameters: parameters, program = '' }: Pick<ScriptArgs, 'frameworkParameters' | 'program'>,
  framework: string,
  instances: number,
): string | undefined {
  const asked = (name: string) => on(parameters[`sagemaker_${name}_enabled`]);
  if (!isPyTorch(framework) && framework !== 'tensorflow') return undefined;
  if (asked('distributed_dataparallel'))
    return 'smdistributed (sagemaker_distributed_dataparallel_enabled) is in AWS’s own images only; use torch_distributed or mpi.';
  if (isPyTorch(framework) && asked('pytorch_xla_multi_worker'))
    return 'PyTorch/XLA (sagemaker_pytorch_xla_multi_worker_enabled) is in AWS’s own images only; use torch_distributed or mpi.';
  if (framework === 'tensorflow' && asked('parameter_server') && instances > 1)
    return 'Parameter servers (sagemaker_parameter_server_enabled) are not supported by Clary: they served Estimators, which TensorFlow has no more; use multi_worker_mirrored_strategy or mpi.';
  const byTorchrun = isPyTorch(framework) && !asked('mpi') && (asked('torch_distributed') || asked('pytorch_ddp'));
  if (byTorchrun && !program.endsWith('.py'))
    return `Unsupported entry point type for torch_distributed: ${program}. It starts Python scripts.`;
  return undefined;
}
