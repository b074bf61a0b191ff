/** What a training job does in each phase of job-reconciler.ts: SageMaker's training container contract. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import { storeArtifact } from '../artifacts.ts';
import { builtInRun, libraryMaking } from '../jobs/built-in.ts';
import { downloadPrefix } from '../jobs/download.ts';
import { shareOf } from '../jobs/instance-share.ts';
import { JobFailed } from '../jobs/job.ts';
import type { JobWork } from '../jobs/job-work.ts';
import { containerRun, runtimeAtLaunch } from '../jobs/launch.ts';
import { folderLeft, textLeft } from '../jobs/left-behind.ts';
import { below, formatS3Uri, parseS3Uri } from '../s3-uri.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingLogGroup,
  trainingTransition,
} from './training-job.ts';

export function trainingWork(): JobWork<TrainingJobRequest> {
  let libraryMade = false;
  return {
    kind: 'training',
    logGroup: trainingLogGroup,
    roleArn: (job) => job.request.RoleArn,
    maxRuntimeMs: (job) => (job.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
    instanceCount: () => 1,
    share: ({ ResourceConfig: at }) => shareOf(at?.InstanceType, at?.InstanceCount ?? 1),
    async making({ request }, { settings, images }) {
      const { kind } = runtimeAtLaunch(imageOf(request), 'training', images);
      return libraryMade || kind === 'container' ? undefined : libraryMaking(settings);
    },
    async prepare(job, hosts, aws, { images }) {
      libraryMade ||= runtimeAtLaunch(imageOf(job.request), 'training', images).kind === 'builtin';
      for (const host of hosts) await prepare(job, host.ml, aws);
    },
    launch(job, host, identity, { settings, images }) {
      const { Environment: given, EnableNetworkIsolation: isolated, AlgorithmSpecification: algorithm } = job.request;
      const environment = { ...given, TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn };
      const walls = { network: isolated ? 'none' : 'open', hosts: {} } as const;
      const runtime = runtimeAtLaunch(imageOf(job.request), 'training', images);
      if (runtime.kind === 'builtin') {
        const words = ['train', '--algorithm', runtime.name];
        return builtInRun(settings, host, words, { ...identity, ...environment }, walls);
      }
      // As `docker run image train`: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html
      const entrypoint = algorithm?.ContainerEntrypoint;
      const words = algorithm?.ContainerArguments ?? (entrypoint ? [] : ['train']);
      return containerRun({ image: runtime.image, entrypoint, arguments: words, environment, identity, walls }, host);
    },
    async upload(job, [host], aws) {
      return host ? upload(job, host.ml, aws) : {};
    },
    transition: trainingTransition,
    event: trainingEvent,
    afterwards: publishMetrics,
  };
}

const imageOf = (request: TrainingJobRequest) => request.AlgorithmSpecification?.TrainingImage ?? '';

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function prepare(job: TrainingJob, ml: string, aws: Aws): Promise<void> {
  const { request } = job;
  const config = join(ml, 'input', 'config');
  for (const folder of [config, join(ml, 'input', 'data'), join(ml, 'model'), join(ml, 'output', 'data')]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const json = (name: string, value: unknown) => writeFile(join(config, name), JSON.stringify(value));
  await json('hyperparameters.json', request.HyperParameters ?? {});
  await json('resourceconfig.json', {
    current_host: 'algo-1',
    current_instance_type: request.ResourceConfig?.InstanceType,
    hosts: ['algo-1'],
    network_interface_name: 'lo',
  });
  const channels = request.InputDataConfig ?? [];
  await json(
    'inputdataconfig.json',
    Object.fromEntries(
      channels.map((channel) => [
        channel.ChannelName,
        {
          TrainingInputMode: 'File',
          S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
          RecordWrapperType: 'None',
          ...(channel.ContentType ? { ContentType: channel.ContentType } : {}),
        },
      ]),
    ),
  );
  for (const channel of channels) {
    const uri = channel.DataSource.S3DataSource?.S3Uri ?? '';
    const source = { uri, roleArn: request.RoleArn, region: job.region };
    await downloadPrefix(aws, source, join(ml, 'input', 'data', channel.ChannelName));
  }
}

/** A flat object of numbers; what else a program wrote there is none. */
function metricsIn(text = '{}'): Record<string, number> {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return {};
    return Object.fromEntries(Object.entries(found).filter(([, value]) => Number.isFinite(value)));
  } catch {
    return {};
  }
}

async function upload(job: TrainingJob, ml: string, aws: Aws): Promise<Partial<TrainingJob['state']>> {
  const output = parseS3Uri(job.request.OutputDataConfig.S3OutputPath);
  if (!output) throw new JobFailed(`ClientError: ${job.request.OutputDataConfig.S3OutputPath} is not an S3 URI`);
  const metrics = metricsIn(await textLeft(ml, 'output', 'metrics.json'));
  const model = await folderLeft(join(ml, 'model'), ml, '/opt/ml/model');
  if ((await readdir(model)).length === 0) return { metrics };
  const artifact = below(output, job.name, 'output', 'model.tar.gz');
  await storeArtifact(aws, artifact, model);
  return { metrics, artifactUri: formatS3Uri(artifact) };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html */
async function publishMetrics(job: TrainingJob, aws: Aws): Promise<void> {
  const metrics = Object.entries(job.state.metrics ?? {});
  if (metrics.length === 0) return;
  await aws.call('cloudwatch', 'PutMetricData', {
    Namespace: trainingLogGroup,
    MetricData: metrics.map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Timestamp: new Date(job.state.endedAt ?? job.modifiedAt),
      Dimensions: [{ Name: 'TrainingJobName', Value: job.name }],
    })),
  });
}
