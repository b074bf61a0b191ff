/** CreateProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html */

import type { Call } from '../../../contract/call.ts';
import { randomHex } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerDeps, SageMakerOperation } from '../deps.ts';
import { assumeExecutionRole, passRole } from '../execution-role.ts';
import { moved } from '../jobs/job.ts';
import { jobStore } from '../jobs/job-store.ts';
import { processingJobConditions } from '../request-conditions.ts';
import { parseS3Uri } from '../s3-uri.ts';
import { givenTags } from '../tags/given-tags.ts';
import {
  belowMl,
  type ProcessingJob,
  type ProcessingJobRequest,
  processingEvent,
  processingJobArn,
} from './processing-job.ts';

export const createProcessingJob: SageMakerOperation<'CreateProcessingJob'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:CreateProcessingJob',
      resource: processingJobArn(call, input.ProcessingJobName),
      context: processingJobConditions(input),
    },
    ...passRole(input.RoleArn),
  ],
  async handle(input, call, deps) {
    checkRequest(input, call, deps);
    const arn = processingJobArn(call, input.ProcessingJobName);
    await assumeExecutionRole(arn, input.RoleArn, call, deps);
    const job: ProcessingJob = {
      arn,
      kind: 'processing',
      account: call.account,
      region: call.region,
      name: input.ProcessingJobName,
      status: 'InProgress',
      phase: 'Starting',
      createdAt: call.now,
      modifiedAt: call.now,
      revision: 1,
      logOffsets: {},
      request: input,
      state: { runId: randomHex(8), transitions: moved([], 'Starting', 'Starting', call.now.getTime()) },
    };
    try {
      await deps.database.write([
        jobStore<ProcessingJobRequest>(deps.database, 'processing').insert(job),
        deps.outbox.add(processingEvent(job)),
        ...givenTags(arn, input.Tags, call),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error(
        'ResourceInUse',
        `Processing Job names must be unique within an AWS account and region, and a processing job with this name already exists (${arn})`,
      );
    }
    deps.outbox.wake();
    deps.wake.processingJob(arn);
    return { ProcessingJobArn: arn };
  },
};

function checkRequest(input: ProcessingJobRequest, call: Call, deps: SageMakerDeps): void {
  const refuse = (what: string) => call.error('ValidationException', `${what} is not supported by Clary yet.`);
  const { ImageUri: image, ContainerEntrypoint: entrypoint, ContainerArguments: words } = input.AppSpecification;
  const { kind } = deps.images.get(image, 'processing', call);
  if (kind === 'builtin' && (entrypoint || words)) {
    throw refuse('AppSpecification.ContainerEntrypoint and ContainerArguments for clary/evaluate');
  }
  if (input.ProcessingResources.ClusterConfig?.InstanceCount !== 1) throw refuse('InstanceCount other than 1');
  for (const source of input.ProcessingInputs ?? []) {
    if (source.DatasetDefinition || !source.S3Input) throw refuse(`input ${source.InputName}: DatasetDefinition`);
    if (source.S3Input.S3DataType !== 'S3Prefix')
      throw refuse(`input ${source.InputName}: S3DataType ${source.S3Input.S3DataType}`);
    if (source.S3Input.S3InputMode === 'Pipe') throw refuse(`input ${source.InputName}: S3InputMode Pipe`);
    checkPlace(source.S3Input.S3Uri, source.S3Input.LocalPath ?? '', call);
  }
  for (const output of input.ProcessingOutputConfig?.Outputs ?? []) {
    if (output.FeatureStoreOutput || !output.S3Output) throw refuse(`output ${output.OutputName}: FeatureStoreOutput`);
    if (output.S3Output.S3UploadMode === 'Continuous')
      throw refuse(`output ${output.OutputName}: S3UploadMode Continuous`);
    checkPlace(output.S3Output.S3Uri, output.S3Output.LocalPath ?? '', call);
  }
}

function checkPlace(uri: string, localPath: string, call: Call): void {
  if (!parseS3Uri(uri)) throw call.error('ValidationException', `Invalid S3 URI: ${uri}`);
  if (!belowMl(localPath)) {
    throw call.error('ValidationException', `LocalPath ${localPath} must be a path below /opt/ml/processing.`);
  }
}
