/**
 * How the training toolkits start a script on several instances, or several times on one, where hyperparameters ask for it:
 * https://github.com/aws/sagemaker-pytorch-training-toolkit/blob/master/src/sagemaker_pytorch_container/training.py,
 * https://github.com/aws/sagemaker-tensorflow-training-toolkit/blob/master/src/sagemaker_tensorflow_container/training.py. Pure.
 */
import { type PythonObject, type PythonValue, shown } from './python-values.ts';
import type { ScriptArgs } from './script-request.ts';

/** What of resourceconfig.json decides about it. */
export interface Cluster {
  readonly current_host: string;
  readonly hosts: readonly string[];
  readonly current_group_name?: string;
  readonly instance_groups?: readonly { readonly instance_group_name: string; readonly hosts: readonly string[] }[];
}

export interface Distribution {
  readonly by: 'torchrun' | 'mpi' | 'mirrored';
  /** Those that take part; the first leads. */
  readonly hosts: readonly string[];
  readonly processesPerHost: number;
}

const on = (value: PythonValue | undefined) =>
  value !== undefined && value !== null && value !== false && !['', '0', '[]', '{}'].includes(shown(value));

/** Those of the toolkits: environment.py, get_distribution_instance_groups_from_resource_config. */
const switches = [
  'sagemaker_mpi_enabled',
  'sagemaker_parameter_server_enabled',
  'sagemaker_distributed_dataparallel_enabled',
  'sagemaker_pytorch_ddp_enabled',
  'sagemaker_pytorch_xla_multi_worker_enabled',
  'sagemaker_multi_worker_mirrored_strategy_enabled',
  'sagemaker_torch_distributed_enabled',
];

/** The instance groups that take part. Where there are no groups, all instances are one of this name. */
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

/** Undefined where the script is started as it is. */
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
    // AWS starts pytorch_ddp by a launcher of its own (smddprun), which sets the variables that torchrun sets.
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

/** Why the script cannot be started as its hyperparameters ask; undefined where it can, as far as the request shows. */
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
