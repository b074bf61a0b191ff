/** How the program of a training job is started, depending on its image, and why it failed. */
import type { RunSpec } from '../../../engine/executor.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import { builtInRun } from '../jobs/built-in.ts';
import type { Host } from '../jobs/host.ts';
import { JobFailed } from '../jobs/job.ts';
import { containerRun, withoutCredentials } from '../jobs/launch.ts';
import { failureReason } from '../jobs/python/script-failure.ts';
import type { SageMakerResources, SageMakerSettings } from '../shared/deps.ts';
import type { ImageTable, JobRuntime } from '../shared/images.ts';
import { linkedMounts } from './channels/linked.ts';
import { uploadedMounts } from './checkpoints/uploaded-folders.ts';
import { hostAddresses, instancesOf, shareOfCluster } from './cluster.ts';
import { launchScript, scriptCommand } from './scripts/script-job.ts';
import { type TrainingJob, type TrainingJobRequest, trainingLogGroup } from './training-job.ts';
import { trainingRuntimeOf } from './training-runtime.ts';

export async function launchTraining(
  job: TrainingJob,
  host: Host,
  given: Readonly<Record<string, string>>,
  { settings, images }: Pick<SageMakerResources, 'settings' | 'images'>,
): Promise<RunSpec> {
  const identity = job.request.EnableNetworkIsolation ? withoutCredentials(given) : given;
  return withJobFolders(job, host, await programOf(job, runtimeFor(job, images), host, identity, settings));
}

/** How the image of an accepted request runs. */
export function runtimeFor({ request }: TrainingJob, images: ImageTable): JobRuntime {
  const found = trainingRuntimeOf(request, images);
  if (!found || found.kind === 'framework')
    throw new JobFailed(`ClientError: image ${request.AlgorithmSpecification?.TrainingImage} no longer has a runtime`);
  return found;
}

export async function scriptFailure(
  job: TrainingJob,
  host: Host,
  exitCode: number,
  { executor, settings, images }: SageMakerResources,
) {
  const runtime = runtimeFor(job, images);
  if (runtime.kind !== 'python') return undefined;
  const stream = `${job.name}/${host.name}-${job.createdAt.getTime()}`;
  return failureReason({
    exitCode,
    printed: await lastBytes(executor.logFile(host.dir), 64 * 1024),
    command: await scriptCommand(job, runtime, host, settings),
    log: { group: trainingLogGroup, stream },
  });
}

/** The instance's program alone. */
function programOf(
  job: TrainingJob,
  runtime: JobRuntime,
  host: Host,
  identity: Readonly<Record<string, string>>,
  settings: SageMakerSettings,
): RunSpec | Promise<RunSpec> {
  if (runtime.kind === 'python') return launchScript(job, runtime, host, identity, settings);
  const { Environment: given, EnableNetworkIsolation: isolated } = job.request;
  const environment = { ...given, TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn };
  const sandboxNetwork = { network: isolated ? 'none' : 'open', hosts: {} } as const;
  if (runtime.kind === 'builtin') {
    const env = { ...threads(job.request, settings), ...identity, ...environment };
    const args = [
      'train',
      '--algorithm',
      runtime.name,
      '--image',
      job.request.AlgorithmSpecification?.TrainingImage ?? '',
    ];
    return builtInRun(settings, host, args, env, sandboxNetwork);
  }
  // As `docker run image train`: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html
  const entrypoint = job.request.AlgorithmSpecification?.ContainerEntrypoint;
  const args = job.request.AlgorithmSpecification?.ContainerArguments ?? (entrypoint ? [] : ['train']);
  return containerRun(
    { image: runtime.image, entrypoint, arguments: args, environment, identity, sandboxNetwork },
    host,
  );
}

/**
 * Several instances share the machine's cores. By default each starts as many threads as the machine has cores, and the threads that wait for another
 * instance occupy the cores that it needs (observed: three rounds over twenty rows took seven seconds instead of a fraction of one).
 */
function threads(request: TrainingJobRequest, { jobCores }: SageMakerSettings): Record<string, string> {
  const count = instancesOf(request).length;
  const own = Math.floor(Math.min(shareOfCluster(request).cores, jobCores) / count);
  return count === 1 ? {} : { OMP_NUM_THREADS: String(Math.max(1, own)), OMP_WAIT_POLICY: 'passive' };
}

/** Adds what every program gets, however it runs: the names of the other instances, its inputs and its checkpoint folders. */
async function withJobFolders<Spec extends RunSpec>(job: TrainingJob, host: Host, spec: Spec): Promise<Spec> {
  if (!spec.sandbox) return spec;
  const { mounts, hosts } = spec.sandbox;
  return {
    ...spec,
    sandbox: {
      ...spec.sandbox,
      hostname: host.name,
      mounts: [...mounts, ...(await linkedMounts(host)), ...uploadedMounts(job, host)],
      hosts: { ...hosts, ...hostAddresses(job) },
    },
  };
}
