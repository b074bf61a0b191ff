/** StopProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopProcessingJob.html */

import { stopJob } from '../jobs/stop-job.ts';
import type { SageMakerOperation, WakingResources } from '../shared/deps.ts';
import {
  type ProcessingJobRequest,
  processingEvent,
  processingJobArn,
  processingTransition,
} from './processing-job.ts';

export const stopProcessingJob: SageMakerOperation<'StopProcessingJob', WakingResources> = {
  access: (input, call) => [
    { action: 'sagemaker:StopProcessingJob', resource: processingJobArn(call, input.ProcessingJobName) },
  ],
  async handle(input, call, deps) {
    const arn = processingJobArn(call, input.ProcessingJobName);
    await stopJob<ProcessingJobRequest>(deps, call, 'processing', arn, processingTransition, processingEvent);
    deps.wake(arn);
    return {};
  },
};
