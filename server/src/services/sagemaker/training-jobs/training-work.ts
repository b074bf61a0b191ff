/** What a training job does in each phase of job-reconciler.ts: SageMaker's training container contract. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import type { RunSpec } from '../../../engine/executor.ts';
import { storeArtifact } from '../artifacts.ts';
import { downloadPrefix } from '../jobs/download.ts';
import { JobFailed } from '../jobs/job.ts';
import type { JobWork } from '../jobs/job-reconciler.ts';
import { builtinRun, containerRun, type LaunchPlace, runtimeAtLaunch } from '../jobs/launch.ts';
import { below, formatS3Uri, parseS3Uri } from '../s3-uri.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingLogGroup,
  trainingTransition,
} from './training-job.ts';

export const trainingWork: JobWork<TrainingJobRequest> = {
  kind: 'training',
  logGroup: trainingLogGroup,
  roleArn: (job) => job.request.RoleArn,
  maxRuntimeMs: (job) => (job.request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400) * 1000,
  launch,
  prepare,
  upload,
  transition: trainingTransition,
  event: trainingEvent,
  afterwards: publishMetrics,
};

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

/** A container is run as `docker run image train`, unless the request says how: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html */
function launch(job: TrainingJob, place: LaunchPlace): RunSpec {
  const { AlgorithmSpecification: algorithm, EnableNetworkIsolation: isolated = false } = job.request;
  const environment = { ...job.request.Environment, TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn };
  const runtime = runtimeAtLaunch(algorithm?.TrainingImage ?? '', 'training', place.images);
  if (runtime.kind === 'builtin') return builtinRun(['train', '--algorithm', runtime.name], environment, place);
  const entrypoint = algorithm?.ContainerEntrypoint;
  const words = algorithm?.ContainerArguments ?? (entrypoint ? [] : ['train']);
  return containerRun({ image: runtime.image, entrypoint, arguments: words, environment, isolated }, place);
}

async function upload(job: TrainingJob, ml: string, aws: Aws): Promise<Partial<TrainingJob['state']>> {
  const output = parseS3Uri(job.request.OutputDataConfig.S3OutputPath);
  if (!output) throw new JobFailed(`ClientError: ${job.request.OutputDataConfig.S3OutputPath} is not an S3 URI`);
  const metrics = JSON.parse(await readFile(join(ml, 'output', 'metrics.json'), 'utf8').catch(() => '{}'));
  if ((await readdir(join(ml, 'model'))).length === 0) return { metrics };
  const artifact = below(output, job.name, 'output', 'model.tar.gz');
  await storeArtifact(aws, artifact, join(ml, 'model'));
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
