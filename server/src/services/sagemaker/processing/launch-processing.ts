/** How the program of a processing job is started, depending on its image, and why it failed. */

import type { RunSpec, SandboxNetwork } from '../../../engine/executor.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import { builtInRun } from '../jobs/built-in.ts';
import type { Host } from '../jobs/host.ts';
import { JobFailed } from '../jobs/job.ts';
import { containerRun, runtimeAtLaunch, withoutCredentials } from '../jobs/launch.ts';
import { coresOf } from '../jobs/python/cores.ts';
import { environmentNote, environmentOf } from '../jobs/python/made-environment.ts';
import { pythonRun } from '../jobs/python/python-run.ts';
import { failureReason } from '../jobs/python/script-failure.ts';
import { shownCommand } from '../jobs/python/shown-command.ts';
import type { SageMakerResources, SageMakerSettings } from '../shared/deps.ts';
import type { ImageTable, JobRuntime } from '../shared/images.ts';
import type { PythonRuntime } from '../shared/python-images.ts';
import { hostAddresses } from './cluster.ts';
import { linkedMounts } from './inputs/linked.ts';
import { outerMounts } from './local-paths.ts';
import { type ProcessingJob, type ProcessingJobRequest, processingLogGroup } from './processing-job.ts';

type Environment = Readonly<Record<string, string>>;

export const runtimeOf = ({ AppSpecification: app }: ProcessingJobRequest, images: ImageTable): JobRuntime =>
  runtimeAtLaunch(app?.ImageUri ?? '', 'processing', images);

function commandOf({ AppSpecification: app }: ProcessingJobRequest): [string, ...string[]] {
  const [program, ...rest] = [...(app?.ContainerEntrypoint ?? []), ...(app?.ContainerArguments ?? [])];
  if (program === undefined) throw new JobFailed(`ClientError: image ${app?.ImageUri} needs a ContainerEntrypoint`);
  return [program, ...rest];
}

/** What is known when an instance starts. */
export interface LaunchContext {
  readonly identity: Environment;
  readonly settings: SageMakerSettings;
  /** The folder of the job, which holds those of its runs. */
  readonly jobDir: string;
}

export async function launchProcessing(
  job: ProcessingJob,
  runtime: JobRuntime,
  host: Host,
  given: LaunchContext,
): Promise<RunSpec> {
  const isolated = job.request.NetworkConfig?.EnableNetworkIsolation ?? false;
  const sandboxNetwork = { network: isolated ? 'none' : 'open', hosts: hostAddresses(job) } as const;
  const context = { ...given, identity: isolated ? withoutCredentials(given.identity) : given.identity };
  const spec = await programOf(job, runtime, host, context, sandboxNetwork);
  const { sandbox } = spec;
  if (!sandbox) return spec;
  const linked = await linkedMounts(job.request, host);
  // Engines accept one mount for each path.
  const outer = outerMounts(job.request, host).filter((mount) => !linked.some(({ to }) => to === mount.to));
  const mounts = [...sandbox.mounts, ...outer, ...linked];
  return { ...spec, sandbox: { ...sandbox, mounts } };
}

/** The evaluation needs neither the network nor credentials, and the models that it opens must not have them. */
const alone = { network: 'none', hosts: {} } as const;

/** The evaluation is the platform's own program: a variable such as NODE_OPTIONS would replace its code. */
const evaluateVariables = (given: Environment): Environment =>
  Object.fromEntries(Object.entries(given).filter(([name]) => name.startsWith('EVALUATE_')));

function programOf(
  job: ProcessingJob,
  runtime: JobRuntime,
  host: Host,
  context: LaunchContext,
  sandboxNetwork: SandboxNetwork,
): RunSpec | Promise<RunSpec> {
  const { Environment: environment = {}, AppSpecification: app } = job.request;
  const { identity, settings } = context;
  if (runtime.kind === 'python') return inPython(job, runtime, host, context, sandboxNetwork);
  if (runtime.kind === 'builtin')
    return builtInRun(settings, host, [runtime.name], evaluateVariables(environment), alone);
  const names = { PROCESSING_JOB_NAME: job.name, PROCESSING_JOB_ARN: job.arn };
  return containerRun(
    {
      image: runtime.image,
      entrypoint: app?.ContainerEntrypoint,
      arguments: app?.ContainerArguments ?? [],
      environment: { ...names, ...environment },
      identity,
      sandboxNetwork,
    },
    host,
  );
}

async function inPython(
  job: ProcessingJob,
  runtime: PythonRuntime,
  host: Host,
  { identity, jobDir, settings }: LaunchContext,
  sandboxNetwork: SandboxNetwork,
): Promise<RunSpec> {
  const { request } = job;
  const environment = await environmentOf(settings, jobDir, runtime, undefined);
  const command = commandOf(request);
  const note = environmentNote(request.AppSpecification.ImageUri, runtime, environment);
  return pythonRun(settings, host, {
    environment,
    command,
    cwd: '/opt/ml/processing',
    identity,
    variables: {
      PROCESSING_JOB_NAME: job.name,
      PROCESSING_JOB_ARN: job.arn,
      // A sandboxed program cannot give files to the owners that archives name.
      TAR_OPTIONS: '--no-same-owner',
    },
    given: request.Environment,
    cores: coresOf(request.ProcessingResources.ClusterConfig?.InstanceType),
    note: `${note}\n$ ${shownCommand(command)}`,
    sandboxNetwork,
  });
}

/** A container that never started has no log. */
const printedBy = (file: string) => lastBytes(file, 64 * 1024).catch(() => '');

export async function explainProcessing(
  job: ProcessingJob,
  host: Host,
  exitCode: number,
  { executor, images }: SageMakerResources,
): Promise<string | undefined> {
  const { kind } = runtimeOf(job.request, images);
  if (kind === 'builtin') return undefined;
  const { ContainerEntrypoint: entrypoint = [], ContainerArguments: args = [] } = job.request.AppSpecification;
  return failureReason({
    // As the integration tests of https://github.com/aws/sagemaker-spark-container expect it of AWS.
    cause: 'See job logs for more information',
    exitCode,
    printed: await printedBy(executor.logFile(host.dir)),
    command: shownCommand([...entrypoint, ...args]),
    log: { group: processingLogGroup, stream: `${job.name}/${host.name}-${job.createdAt.getTime()}` },
  });
}
