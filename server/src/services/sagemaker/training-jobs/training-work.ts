/** What a training job does in each phase of job-reconciler.ts: SageMaker's training container contract. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSpec } from '../../../engine/executor.ts';
import type { SageMakerResources } from '../deps.ts';
import { builtInRun, libraryMaking } from '../jobs/built-in.ts';
import type { Host, JobWork } from '../jobs/job-work.ts';
import { containerRun, runtimeAtLaunch } from '../jobs/launch.ts';
import { channelsOf, inputDataConfig } from './channels/channel.ts';
import { feederFailure, feederRun } from './channels/feeder.ts';
import { fillChannels } from './channels/fill-channels.ts';
import { linkedMounts } from './channels/linked.ts';
import { carriedMounts } from './checkpoints/carried-folders.ts';
import { trainingCheckpoints } from './checkpoints/training-checkpoints.ts';
import { hostAddresses, instancesOf, resourceConfig, shareOfCluster } from './cluster.ts';
import { trainingMetrics } from './metrics/training-metrics.ts';
import { storeOutputs } from './outputs/store-outputs.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingLogGroup,
  trainingTransition,
} from './training-job.ts';

const seconds = (count: number | undefined) => (count === undefined ? undefined : count * 1000);

export function trainingWork({ clock, log }: Pick<SageMakerResources, 'clock' | 'log'>): JobWork<TrainingJobRequest> {
  let libraryMade = false;
  const metrics = trainingMetrics();
  const checkpoints = trainingCheckpoints();
  return {
    kind: 'training',
    logGroup: trainingLogGroup,
    roleArn: (job) => job.request.RoleArn,
    maxRuntimeMs: (job) => seconds(job.request.StoppingCondition?.MaxRuntimeInSeconds) ?? 86_400_000,
    maxWaitMs: (job) => seconds(job.request.StoppingCondition?.MaxWaitTimeInSeconds),
    maxRetries: (job) => job.request.RetryStrategy?.MaximumRetryAttempts ?? 0,
    instanceCount: (job) => instancesOf(job.request).length,
    volumeGiB: ({ request }) => request.ResourceConfig?.VolumeSizeInGB,
    share: shareOfCluster,
    async making({ request }, { settings, images }) {
      const { kind } = runtimeAtLaunch(imageOf(request), 'training', images);
      return libraryMade || kind === 'container' ? undefined : libraryMaking(settings);
    },
    async prepare(job, hosts, aws, { images, settings }, signal) {
      const { kind } = runtimeAtLaunch(imageOf(job.request), 'training', images);
      libraryMade ||= kind === 'builtin';
      for (const host of hosts) await layOut(job, host);
      const isLinked = kind !== 'container' && settings.shelter?.overlays;
      await fillChannels(job, hosts, aws, isLinked ? 'links' : 'copies', signal);
      await checkpoints.bring(job, hosts, aws, signal);
    },
    companion: (job, hosts, { settings }) => feederRun(job, hosts, settings),
    explainCompanion: feederFailure,
    launch: (job, host, identity, resources) => furnished(job, host, programOf(job, host, identity, resources)),
    tend(job, hosts, role) {
      const warn = (error: unknown) => log.warn('checkpoints could not be carried to S3', { job: job.name, error });
      checkpoints.tend(job, hosts, role, warn, clock.now().getTime());
    },
    read: metrics.read,
    salvage: checkpoints.finish,
    async upload(job, hosts, aws) {
      await checkpoints.finish(job, hosts, aws);
      const [first] = hosts;
      return { ...(first && (await metrics.gather(job, first))), ...(await storeOutputs(job, hosts, aws)) };
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

const imageOf = (request: TrainingJobRequest) => request.AlgorithmSpecification?.TrainingImage ?? '';

/** The instance's program alone. */
function programOf(
  job: TrainingJob,
  host: Host,
  identity: Readonly<Record<string, string>>,
  { settings, images }: SageMakerResources,
): RunSpec {
  const { Environment: given, EnableNetworkIsolation: isolated, AlgorithmSpecification: algorithm } = job.request;
  const { ContainerEntrypoint: entrypoint, ContainerArguments: asked } = algorithm ?? {};
  const environment = { ...given, TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn };
  const walls = { network: isolated ? 'none' : 'open', hosts: {} } as const;
  const runtime = runtimeAtLaunch(imageOf(job.request), 'training', images);
  if (runtime.kind === 'builtin') {
    const words = ['train', '--algorithm', runtime.name];
    const builtIn = builtInRun(settings, host, words, { ...identity, ...environment }, walls);
    const [program, ...rest] = [...(entrypoint ?? []), ...(asked ?? [])];
    return entrypoint && program ? { ...builtIn, command: [program, ...rest] } : builtIn;
  }
  // As `docker run image train`: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html
  const words = asked ?? (entrypoint ? [] : ['train']);
  return containerRun({ image: runtime.image, entrypoint, arguments: words, environment, identity, walls }, host);
}

/** The program with what every one gets, whatever runs it: the other instances' names, its inputs and checkpoints in their places. */
async function furnished<Spec extends RunSpec>(job: TrainingJob, host: Host, spec: Spec): Promise<Spec> {
  if (!spec.enclosure) return spec;
  const { mounts, hosts } = spec.enclosure;
  return {
    ...spec,
    enclosure: {
      ...spec.enclosure,
      mounts: [...mounts, ...(await linkedMounts(host)), ...carriedMounts(job, host)],
      hosts: { ...hosts, ...hostAddresses(job) },
    },
  };
}
