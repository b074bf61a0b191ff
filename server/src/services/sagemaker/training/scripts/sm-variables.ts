/**
 * The SM_* variables of a script: https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md, with the values that the
 * toolkit gives them (src/sagemaker_training/environment.py). Pure: no toolkit runs between the platform and the script.
 */
import { type Cluster, distributionGroups, distributionHosts } from './distribution.ts';
import { commandArguments, fromPlain, type PythonObject, type PythonValue, variableOf } from './python-values.ts';
import type { ScriptArgs } from './script-request.ts';

export interface ResourceConfig extends Cluster {
  readonly current_instance_type?: string;
  readonly network_interface_name?: string;
  readonly instance_groups?: readonly {
    readonly instance_group_name: string;
    readonly instance_type?: string;
    readonly hosts: readonly string[];
  }[];
}

export interface ScriptContext {
  /** The script's path of /opt/ml. */
  readonly ml: string;
  readonly jobName: string;
  readonly region: string;
  readonly cores: number;
  readonly gpus: number;
  /** sagemaker_sklearn_container.training:main */
  readonly frameworkModule: string | undefined;
  readonly resourceConfig: ResourceConfig;
  readonly inputDataConfig: Readonly<Record<string, unknown>>;
}

const groupOf = ({ current_group_name: name }: ResourceConfig) => name ?? 'homogeneousCluster';

function facts(args: ScriptArgs, context: ScriptContext) {
  const { ml, resourceConfig, inputDataConfig } = context;
  const { hosts, current_host: host, instance_groups: groups = [] } = resourceConfig;
  const channels = Object.keys(inputDataConfig).sort();
  const program = args.program ?? '';
  return {
    hosts,
    network_interface_name: resourceConfig.network_interface_name ?? 'eth0',
    user_entry_point: program,
    resource_config: resourceConfig,
    input_data_config: inputDataConfig,
    output_data_dir: `${ml}/output/data`,
    output_intermediate_dir: `${ml}/output/intermediate`,
    current_host: host,
    current_instance_type: resourceConfig.current_instance_type ?? 'local',
    current_instance_group: groupOf(resourceConfig),
    current_instance_group_hosts:
      groups.find(({ instance_group_name: name }) => name === groupOf(resourceConfig))?.hosts ?? [],
    instance_groups: groups.map(({ instance_group_name: name }) => name),
    instance_groups_dict: Object.fromEntries(groups.map((group) => [group.instance_group_name, group])),
    distribution_instance_groups: distributionGroups(args.frameworkParameters, resourceConfig),
    is_hetero: groups.length > 1,
    module_name: program.replace(/\.py$/, ''),
    framework_module: context.frameworkModule ?? null,
    input_dir: `${ml}/input`,
    input_config_dir: `${ml}/input/config`,
    output_dir: `${ml}/output`,
    num_cpus: context.cores,
    num_gpus: context.gpus,
    num_neurons: 0,
    model_dir: `${ml}/model`,
    module_dir: args.submitDirectory ?? `${ml}/code`,
    channels,
  };
}

/** SM_TRAINING_ENV: the toolkit's whole description of the job. */
function trainingEnvironment(args: ScriptArgs, context: ScriptContext): PythonObject {
  const { channels, ...rest } = facts(args, context);
  const { current_host: host } = context.resourceConfig;
  const taking = distributionHosts(args.frameworkParameters, context.resourceConfig);
  const leader = taking[0] ?? rest.hosts[0] ?? host;
  return {
    ...(fromPlain(rest) as PythonObject),
    hyperparameters: args.hyperparameters,
    additional_framework_parameters: args.frameworkParameters,
    log_level: args.logLevel,
    ...(fromPlain({
      channel_input_dirs: Object.fromEntries(channels.map((name) => [name, `${context.ml}/input/data/${name}`])),
      distribution_hosts: taking,
      job_name: context.jobName,
      master_hostname: leader,
      is_master: host === leader,
    }) as PythonObject),
  };
}

/** The kernel refuses to start a program with a longer variable (MAX_ARG_STRLEN). */
const longestVariable = 131_000;

export function smVariables(args: ScriptArgs, context: ScriptContext): Record<string, string> {
  const { framework_module: frameworkModule, ...plain } = facts(args, context);
  const values: Record<string, PythonValue> = {
    ...(fromPlain(plain) as PythonObject),
    framework_module: frameworkModule,
    hps: args.hyperparameters,
    framework_params: args.frameworkParameters,
    log_level: args.logLevel,
    training_env: trainingEnvironment(args, context),
    user_args: commandArguments(args.hyperparameters),
  };
  for (const name of plain.channels) values[`channel_${name}`] = `${context.ml}/input/data/${name}`;
  for (const [name, value] of Object.entries(args.hyperparameters)) values[`hp_${name}`] = value;
  const variables = Object.entries(values).map(([name, value]) => [`SM_${name.toUpperCase()}`, variableOf(value)]);
  return Object.fromEntries([
    ...variables.filter(
      ([name = '', value = '']) => name.length + value.length < longestVariable && !value.includes('\0'),
    ),
    ['CURRENT_HOST', context.resourceConfig.current_host],
    ['SAGEMAKER_REGION', args.region ?? context.region],
    ['SAGEMAKER_JOB_NAME', args.jobName ?? ''],
  ]);
}
