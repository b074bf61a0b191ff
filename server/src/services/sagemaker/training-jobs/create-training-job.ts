/** CreateTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html. Writes the row; the reconciler makes it true. */

import type { Call } from '../../../contract/call.ts';
import { randomHex } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerDeps, SageMakerOperation } from '../deps.ts';
import { assumeExecutionRole, passRole } from '../execution-role.ts';
import { moved } from '../jobs/job.ts';
import { jobStore } from '../jobs/job-store.ts';
import { trainingJobConditions } from '../request-conditions.ts';
import { parseS3Uri } from '../s3-uri.ts';
import { givenTags } from '../tags/given-tags.ts';
import {
  type TrainingJob,
  type TrainingJobRequest,
  trainingEvent,
  trainingJobArn,
  trainingTransition,
} from './training-job.ts';

export const createTrainingJob: SageMakerOperation<'CreateTrainingJob'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:CreateTrainingJob',
      resource: trainingJobArn(call, input.TrainingJobName),
      context: trainingJobConditions(input),
    },
    ...passRole(input.RoleArn),
  ],
  async handle(input, call, deps) {
    const request = { ...input, StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...input.StoppingCondition } };
    refuseWhatIsNotBuilt(request, call, deps);
    checkLocations(request, call);
    const arn = trainingJobArn(call, request.TrainingJobName);
    await assumeExecutionRole(arn, request.RoleArn, call, deps);
    const now = call.now.getTime();
    const job: TrainingJob = {
      arn,
      kind: 'training',
      account: call.account,
      region: call.region,
      name: request.TrainingJobName,
      status: 'InProgress',
      phase: 'Starting',
      createdAt: call.now,
      modifiedAt: call.now,
      revision: 1,
      logOffsets: {},
      request,
      state: { runId: randomHex(8), transitions: [] },
    };
    const { status, message } = trainingTransition('Starting', job);
    const started = { ...job, state: { ...job.state, transitions: moved([], status, message, now) } };
    try {
      await deps.database.write([
        jobStore<TrainingJobRequest>(deps.database, 'training').insert(started),
        deps.outbox.add(trainingEvent(started)),
        ...givenTags(arn, request.Tags, call),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error(
        'ResourceInUse',
        `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
      );
    }
    deps.outbox.wake();
    deps.wake.trainingJob(arn);
    return { TrainingJobArn: arn };
  },
};

function refuseWhatIsNotBuilt(request: TrainingJobRequest, call: Call, deps: SageMakerDeps): void {
  const refuse = (what: string) => call.error('ValidationException', `${what} is not supported by Clary yet.`);
  const { AlgorithmSpecification: algorithm } = request;
  if (!algorithm) throw call.error('ValidationException', 'AlgorithmSpecification with a TrainingImage is required.');
  if (algorithm.AlgorithmName) throw refuse('AlgorithmSpecification.AlgorithmName');
  if (!algorithm.TrainingImage)
    throw call.error('ValidationException', 'AlgorithmSpecification needs a TrainingImage.');
  const { kind } = deps.images.get(algorithm.TrainingImage, 'training', call);
  if (kind === 'builtin' && (algorithm.ContainerEntrypoint || algorithm.ContainerArguments))
    throw refuse(`AlgorithmSpecification.ContainerEntrypoint and ContainerArguments for ${algorithm.TrainingImage}`);
  if (algorithm.TrainingInputMode !== 'File') throw refuse(`TrainingInputMode ${algorithm.TrainingInputMode}`);
  if ((request.ResourceConfig?.InstanceCount ?? 1) > 1) throw refuse('InstanceCount above 1');
  if (request.CheckpointConfig) throw refuse('CheckpointConfig');
  for (const channel of request.InputDataConfig ?? []) {
    const { S3DataSource: s3, FileSystemDataSource: fileSystem } = channel.DataSource;
    const where = `channel ${channel.ChannelName}: `;
    if (fileSystem || !s3) throw refuse(`${where}a data source other than S3DataSource`);
    if (s3.S3DataType !== 'S3Prefix') throw refuse(`${where}S3DataType ${s3.S3DataType}`);
    if (channel.InputMode && channel.InputMode !== 'File') throw refuse(`${where}InputMode ${channel.InputMode}`);
    if (channel.CompressionType && channel.CompressionType !== 'None')
      throw refuse(`${where}CompressionType ${channel.CompressionType}`);
    if (channel.RecordWrapperType && channel.RecordWrapperType !== 'None')
      throw refuse(`${where}RecordWrapperType ${channel.RecordWrapperType}`);
  }
}

function checkLocations(request: TrainingJobRequest, call: Call): void {
  const uris = (request.InputDataConfig ?? []).map((channel) => channel.DataSource.S3DataSource?.S3Uri ?? '');
  for (const uri of [...uris, request.OutputDataConfig.S3OutputPath]) {
    if (!parseS3Uri(uri)) throw call.error('ValidationException', `Invalid S3 URI: ${uri}`);
  }
  const names = (request.InputDataConfig ?? []).map((channel) => channel.ChannelName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw call.error('ValidationException', `Channel names must be unique; ${twice} is used more than once.`);
}
