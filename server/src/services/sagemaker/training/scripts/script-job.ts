/** A training job that runs a user's script or command in a Python environment: its set-up run, its files and its command. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import type { ProcessSpec } from '../../../../engine/executor.ts';
import { mlInside } from '../../jobs/built-in.ts';
import type { Host } from '../../jobs/host.ts';
import { JobFailed } from '../../jobs/job.ts';
import { coresOf } from '../../jobs/python/cores.ts';
import { environmentMaking, environmentNote, environmentOf } from '../../jobs/python/made-environment.ts';
import { pythonRun } from '../../jobs/python/python-run.ts';
import { shownCommand } from '../../jobs/python/shown-command.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { PythonRuntime } from '../../shared/python-images.ts';
import type { TrainingJob } from '../training-job.ts';
import { type Command, distributedCommand } from './distributed-launch.ts';
import { clusterOf, distributedHostOf, distributedVariables } from './distributed-script.ts';
import { distributionOf } from './distribution.ts';
import { commandOf, entryPointOf, installation } from './entry-point.ts';
import { commandArguments } from './python-values.ts';
import { scriptArgsOf } from './script-request.ts';
import { type ResourceConfig, smVariables } from './sm-variables.ts';
import { fetchSource, layerRequirements, placeSource } from './source.ts';

/** The job's folder, which holds those of its instances and of its set-up run. */
const jobDirOf = ({ dir }: Pick<Host, 'dir'>) => dirname(dir);

/** The run that creates the environment, with a layer for the source's requirements.txt. */
export async function scriptMaking(
  job: TrainingJob,
  runtime: PythonRuntime,
  jobDir: string,
  settings: SageMakerSettings,
  role: () => Promise<Aws>,
): Promise<Omit<ProcessSpec, 'dir'> | undefined> {
  const args = scriptArgsOf(job.request);
  await fetchSource(args, jobDir, role, job.request.ResourceConfig?.VolumeSizeInGB);
  return environmentMaking(settings, jobDir, runtime, await layerRequirements(args, jobDir));
}

/** Places the code; the data is in self already. */
export const prepareScript = (job: TrainingJob, host: Host): Promise<void> =>
  placeSource(scriptArgsOf(job.request), jobDirOf(host), host.ml, job.request.ResourceConfig?.VolumeSizeInGB);

export async function launchScript(
  job: TrainingJob,
  runtime: PythonRuntime,
  host: Host,
  identity: Readonly<Record<string, string>>,
  settings: SageMakerSettings,
): Promise<ProcessSpec> {
  const { request } = job;
  const args = scriptArgsOf(request);
  const jobDir = jobDirOf(host);
  const requirements = await layerRequirements(args, jobDir);
  const environment = await environmentOf(settings, jobDir, runtime, requirements);
  const cores = coresOf(request.ResourceConfig?.InstanceType);
  const ml = mlInside(settings, host);
  const config = async (name: string) => JSON.parse(await readFile(join(host.ml, 'input', 'config', name), 'utf8'));
  const self = {
    ml,
    jobName: job.name,
    region: job.region,
    cores,
    gpus: 0,
    frameworkModule: runtime.frameworkModule,
    resourceConfig: (await config('resourceconfig.json')) as ResourceConfig,
    inputDataConfig: await config('inputdataconfig.json'),
  };
  const names = await readdir(join(host.ml, 'code'));
  const kind = entryPointOf(args.program ?? '', names);
  const first = args.program ? installation(kind, names, requirements !== undefined) : undefined;
  const distributed = await distributedVariables(job, runtime, host, environment, settings);
  const command = commandFor(job, runtime, host, settings, names);
  const image = request.AlgorithmSpecification?.TrainingImage ?? '';
  return pythonRun(settings, host, {
    environment,
    command,
    cwd: `${ml}/code`,
    identity,
    variables: {
      ...smVariables(args, self),
      ...distributed.variables,
      PYTHONPATH: `${ml}/code`,
      TRAINING_JOB_NAME: job.name,
      TRAINING_JOB_ARN: job.arn,
    },
    given: request.Environment,
    cores: Math.max(1, Math.floor(cores / distributed.processes)),
    note: `${environmentNote(image, runtime, environment)}\n$ ${shownCommand(command)}`,
    ...(first ? { first } : {}),
    sandboxNetwork: { network: request.EnableNetworkIsolation ? 'none' : 'open', hosts: {} },
    mounts: distributed.mounts,
  });
}

/** The command: the request's own entry point, otherwise the script with its hyperparameters, distributed as these request. */
function commandFor(
  job: TrainingJob,
  { framework }: PythonRuntime,
  host: Host,
  settings: SageMakerSettings,
  names: readonly string[],
): Command {
  const { request } = job;
  const { ContainerEntrypoint: given, ContainerArguments: more = [] } = request.AlgorithmSpecification ?? {};
  const [first, ...rest] = given ?? [];
  if (first !== undefined) return [first, ...rest, ...more];
  const args = scriptArgsOf(request);
  const { program = '', hyperparameters } = args;
  const kind = entryPointOf(program, names);
  const self = distributedHostOf(job, host, settings);
  const script = commandOf(kind, program, self.python, commandArguments(hyperparameters));
  const distribution = distributionOf(args, framework, clusterOf(job, host));
  if (!distribution) return script;
  if (distribution.by === 'torchrun' && kind !== 'python')
    throw new JobFailed(
      'ClientError: Python packages are not supported for torch_distributed. Please use a python script as the entry-point',
    );
  return distributedCommand(distribution, script, args, self);
}

/** The command for the job's owner. */
export async function scriptCommand(
  job: TrainingJob,
  runtime: PythonRuntime,
  host: Host,
  settings: SageMakerSettings,
): Promise<string> {
  const names = await readdir(join(host.ml, 'code')).catch(() => []);
  return shownCommand(commandFor(job, runtime, host, settings, names));
}
