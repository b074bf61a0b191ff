/** What a training job does in each phase of job-reconciler.ts: SageMaker's training container contract. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSpec } from '../../../engine/executor.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import { builtInRun, libraryMaking } from '../jobs/built-in.ts';
import { JobFailed } from '../jobs/job.ts';
import type { Host, JobWork } from '../jobs/job-work.ts';
import { containerRun, withoutCredentials } from '../jobs/launch.ts';
import { failureReason } from '../jobs/python/script-failure.ts';
import type { SageMakerResources, SageMakerSettings } from '../shared/deps.ts';
import { roleFor } from '../shared/execution-role.ts';
import type { ImageTable, JobRuntime } from '../shared/images.ts';
import { channelsOf, inputDataConfig } from './channels/channel.ts';
import { feederFailure, feederRun } from './channels/feeder.ts';
import { fillChannels } from './channels/fill-channels.ts';
import { linkedMounts } from './channels/linked.ts';
import { trainingCheckpoints } from './checkpoints/training-checkpoints.ts';
import { uploadedMounts } from './checkpoints/uploaded-folders.ts';
import { hostAddresses, instancesOf, resourceConfig, shareOfCluster } from './cluster.ts';
import { trainingMetrics } from './metrics/training-metrics.ts';
import { storeOutputs } from './outputs/store-outputs.ts';
import { launchScript, prepareScript, scriptCommand, scriptMaking } from './scripts/script-job.ts';
import { scriptArgsOf } from './scripts/script-request.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingLogGroup,
  trainingTransition,
} from './training-job.ts';
import { trainingRuntimeOf } from './training-runtime.ts';

const seconds = (count: number | undefined) => (count === undefined ? undefined : count * 1000);

export function trainingWork({
  clock,
  log,
  images,
}: Pick<SageMakerResources, 'clock' | 'log' | 'images'>): JobWork<TrainingJobRequest> {
  let libraryMade = false;
  const metrics = trainingMetrics(images);
  const checkpoints = trainingCheckpoints();
  return {
    kind: 'training',
    logGroup: trainingLogGroup,
    roleArn: (job) => job.request.RoleArn,
    maxRuntimeMs: (job) => seconds(job.request.StoppingCondition?.MaxRuntimeInSeconds) ?? 86_400_000,
    maxWaitMs: (job) => seconds(job.request.StoppingCondition?.MaxWaitTimeInSeconds),
    maxPendingMs: (job) => seconds(job.request.StoppingCondition?.MaxPendingTimeInSeconds),
    maxRetries: (job) => job.request.RetryStrategy?.MaximumRetryAttempts ?? 0,
    instanceCount: (job) => instancesOf(job.request).length,
    volumeGiB: ({ request }) => request.ResourceConfig?.VolumeSizeInGB,
    share: shareOfCluster,
    async making(job, { settings, aws }, jobDir) {
      const runtime = runtimeFor(job, images);
      if (runtime.kind === 'container') return undefined;
      if (runtime.kind === 'builtin') return libraryMade ? undefined : libraryMaking(settings);
      return scriptMaking(job, runtime, jobDir, settings, () => aws.asRole(roleFor(job.arn, job.request.RoleArn)));
    },
    async prepare(job, hosts, aws, { settings }, signal) {
      const { kind } = runtimeFor(job, images);
      if (kind === 'builtin') libraryMade = true;
      for (const host of hosts) await layOut(job, host);
      const isLinked = kind === 'container' || (!hasLocalCode(job) && settings.sandbox?.overlays);
      await fillChannels(job, hosts, aws, isLinked ? 'links' : 'copies', signal);
      if (kind === 'python') for (const host of hosts) await prepareScript(job, host);
      await checkpoints.bring(job, hosts, aws, signal);
    },
    companion: (job, hosts, { settings }) => feederRun(job, hosts, settings),
    explainCompanion: feederFailure,
    async launch(job, host, given, { settings }) {
      const identity = job.request.EnableNetworkIsolation ? withoutCredentials(given) : given;
      return withJobFolders(job, host, await programOf(job, runtimeFor(job, images), host, identity, settings));
    },
    explain: explainScript,
    tend(job, hosts, role) {
      const warn = (error: unknown) =>
        log.warn('training job: upload of checkpoints failed, will retry', { job: job.name, error });
      checkpoints.tend(job, hosts, role, warn, clock.now().getTime());
    },
    read: metrics.read,
    salvage: checkpoints.finish,
    async upload(job, hosts, aws, signal) {
      await checkpoints.finish(job, hosts, aws, signal);
      return { ...(await metrics.gather(job, hosts)), ...(await storeOutputs(job, hosts, aws, signal)) };
    },
    transition: trainingTransition,
    event: trainingEvent,
    afterwards: metrics.publishReported,
    async stop() {
      await checkpoints.stop();
      await metrics.stop();
    },
  };
}

/** As it was when the request was accepted. */
function runtimeFor({ request }: TrainingJob, images: ImageTable): JobRuntime {
  const found = trainingRuntimeOf(request, images);
  if (!found || found.kind === 'framework')
    throw new JobFailed(`ClientError: image ${request.AlgorithmSpecification?.TrainingImage} no longer has a runtime`);
  return found;
}

async function explainScript(
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

/** The folders and files that a container finds: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function layOut({ request }: TrainingJob, { name, ml }: Host): Promise<void> {
  const config = join(ml, 'input', 'config');
  for (const folder of [config, join(ml, 'input', 'data'), join(ml, 'model'), join(ml, 'output', 'data')]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const json = (file: string, value: unknown) => writeFile(join(config, file), JSON.stringify(value));
  await json('hyperparameters.json', request.HyperParameters ?? {});
  await json('resourceconfig.json', resourceConfig(request, name));
  await json('inputdataconfig.json', inputDataConfig(channelsOf(request)));
}

/** The script comes by a channel and is placed before the program sees its inputs. */
const hasLocalCode = ({ request }: TrainingJob) => /^(file:\/\/|\/)/.test(scriptArgsOf(request).submitDirectory ?? '');

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
    const words = [
      'train',
      '--algorithm',
      runtime.name,
      '--image',
      job.request.AlgorithmSpecification?.TrainingImage ?? '',
    ];
    return builtInRun(settings, host, words, env, sandboxNetwork);
  }
  // As `docker run image train`: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html
  const entrypoint = job.request.AlgorithmSpecification?.ContainerEntrypoint;
  const words = job.request.AlgorithmSpecification?.ContainerArguments ?? (entrypoint ? [] : ['train']);
  return containerRun(
    { image: runtime.image, entrypoint, arguments: words, environment, identity, sandboxNetwork },
    host,
  );
}

/**
 * Instances that share the machine's cores: each would begin as many threads as it sees cores, and a thread that waits for another instance's would keep
 * a core busy that this one needs (observed: three rounds over twenty rows took seven seconds instead of a fraction of one).
 */
function threads(request: TrainingJobRequest, { jobCores }: SageMakerSettings): Record<string, string> {
  const count = instancesOf(request).length;
  const own = Math.floor(Math.min(shareOfCluster(request).cores, jobCores) / count);
  return count === 1 ? {} : { OMP_NUM_THREADS: String(Math.max(1, own)), OMP_WAIT_POLICY: 'passive' };
}

/** Adds what every program gets, whatever runs it: the names of the other instances, its inputs and its checkpoint folders. */
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
