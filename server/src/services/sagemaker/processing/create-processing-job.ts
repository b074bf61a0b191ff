/** CreateProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html */

import { insertJob } from '../jobs/insert-job.ts';
import type { SageMakerOperation, WakingResources } from '../shared/deps.ts';
import { assumeExecutionRole, passRole } from '../shared/execution-role.ts';
import { processingJobConditions } from '../shared/request-conditions.ts';
import { checkProcessingJob } from './checks/check-processing-job.ts';
import { processingEvent, processingJobArn } from './processing-job.ts';

export const createProcessingJob: SageMakerOperation<'CreateProcessingJob', WakingResources> = {
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
    const starting = { status: 'Starting', message: 'Starting' };
    const kindNames = ['Processing Job', 'processing job'] as const;
    const name = input.ProcessingJobName;
    await insertJob({ kind: 'processing', arn, name, request, starting, kindNames }, processingEvent, call, deps);
    deps.wake(arn);
    return { ProcessingJobArn: arn };
  },
};
