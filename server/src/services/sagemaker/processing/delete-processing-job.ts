/** DeleteProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteProcessingJob.html */

import { deleteJob } from '../jobs/delete-job.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { processingJobArn } from './processing-job.ts';

export const deleteProcessingJob: SageMakerOperation<'DeleteProcessingJob'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteProcessingJob', resource: processingJobArn(call, input.ProcessingJobName) },
  ],
  async handle(input, call, deps) {
    const arn = processingJobArn(call, input.ProcessingJobName);
    await deleteJob(deps, call, 'processing', arn, () => undefined);
    return {};
  },
};
