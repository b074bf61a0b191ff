/** CreateProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html */

import { randomHex } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerOperation } from '../deps.ts';
import { assumeExecutionRole, passRole } from '../execution-role.ts';
import { moved } from '../jobs/job.ts';
import { jobStore } from '../jobs/job-store.ts';
import { processingJobConditions } from '../request-conditions.ts';
import { givenTags } from '../tags/given-tags.ts';
import { checkProcessingJob } from './checks/check-processing-job.ts';
import { type ProcessingJob, type ProcessingJobRequest, processingEvent, processingJobArn } from './processing-job.ts';

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
    checkProcessingJob(input, call, deps);
    const request = { ...input, StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...input.StoppingCondition } };
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
      request,
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
