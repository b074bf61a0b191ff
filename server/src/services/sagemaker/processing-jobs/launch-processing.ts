/** How the program of a processing job is started, as its image runs, and why it failed. */

import type { Enclosure, ProcessSpec } from '../../../engine/executor.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import type { SageMakerResources, SageMakerSettings } from '../deps.ts';
import { findRuntime, type Runtime } from '../images.ts';
import { builtInRun } from '../jobs/built-in.ts';
import { JobFailed } from '../jobs/job.ts';
import type { Host } from '../jobs/job-work.ts';
import { environmentNote, environmentOf } from '../scripts/made-environment.ts';
import { pythonRun } from '../scripts/python-run.ts';
import { failureReason } from '../scripts/script-failure.ts';
import { coresOf, shownCommand } from '../scripts/script-job.ts';
import { hostAddresses } from './cluster.ts';
import { outerMounts } from './places.ts';
import { type ProcessingJob, type ProcessingJobRequest, processingLogGroup } from './processing-job.ts';

type Environment = Readonly<Record<string, string>>;

/** As it was when the request was accepted. */
export function runtimeOf({ AppSpecification: app }: ProcessingJobRequest): Runtime {
  const found = findRuntime(app?.ImageUri ?? '', 'processing');
  if (!found) throw new JobFailed(`ClientError: no runtime for image ${app?.ImageUri}`);
  return found;
}

function commandOf({ AppSpecification: app }: ProcessingJobRequest): [string, ...string[]] {
  const [program, ...rest] = [...(app?.ContainerEntrypoint ?? []), ...(app?.ContainerArguments ?? [])];
  if (program === undefined) throw new JobFailed(`ClientError: image ${app?.ImageUri} needs a ContainerEntrypoint`);
  return [program, ...rest];
}

/** "…the container can't make any outbound network calls … no AWS credentials": https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html */
const withoutCredentials = (identity: Environment): Environment =>
  Object.fromEntries(Object.entries(identity).filter(([name]) => /REGION$/.test(name)));

export async function launchProcessing(
  job: ProcessingJob,
  host: Host,
  identity: Environment,
  jobDir: string,
  settings: SageMakerSettings,
): Promise<ProcessSpec> {
  const { request } = job;
  const isolated = request.NetworkConfig?.EnableNetworkIsolation ?? false;
  const walls = { network: isolated ? 'none' : 'open', hosts: hostAddresses(job) } as const;
  const place = { walls, identity: isolated ? withoutCredentials(identity) : identity, jobDir, settings };
  const runtime = runtimeOf(request);
  const spec =
    runtime.kind === 'builtin'
      ? builtInRun(settings, host, [runtime.name], { ...place.identity, ...request.Environment }, walls)
      : await inPython(job, host, runtime, place);
  const { enclosure } = spec;
  if (!enclosure) return spec;
  return { ...spec, enclosure: { ...enclosure, mounts: [...enclosure.mounts, ...outerMounts(request, host)] } };
}

interface LaunchPlace {
  readonly walls: Pick<Enclosure, 'network' | 'hosts'>;
  readonly identity: Environment;
  readonly jobDir: string;
  readonly settings: SageMakerSettings;
}

async function inPython(
  job: ProcessingJob,
  host: Host,
  runtime: Extract<Runtime, { kind: 'python' }>,
  { walls, identity, jobDir, settings }: LaunchPlace,
): Promise<ProcessSpec> {
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
      // Archives name owners that a shut-in program cannot give files to.
      TAR_OPTIONS: '--no-same-owner',
    },
    given: request.Environment,
    cores: coresOf(request.ProcessingResources.ClusterConfig?.InstanceType),
    note: `${note}\n$ ${shownCommand(command)}`,
    walls,
  });
}

export async function explainProcessing(
  job: ProcessingJob,
  host: Host,
  exitCode: number,
  { executor }: SageMakerResources,
): Promise<string | undefined> {
  if (runtimeOf(job.request).kind === 'builtin') return undefined;
  return failureReason({
    // Observed: https://github.com/aws/sagemaker-python-sdk/issues/1619
    cause: 'See job logs for more information',
    exitCode,
    printed: await lastBytes(executor.logFile(host.dir), 64 * 1024),
    command: shownCommand(commandOf(job.request)),
    log: { group: processingLogGroup, stream: `${job.name}/${host.name}-${job.createdAt.getTime()}` },
  });
}
