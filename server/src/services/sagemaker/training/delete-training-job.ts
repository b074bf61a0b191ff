/** DeleteTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTrainingJob.html */

import { deleteJob } from '../jobs/delete-job.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { type TrainingJobRequest, trainingJobArn } from './training-job.ts';
import { warmPoolOf } from './warm-pool.ts';

export const deleteTrainingJob: SageMakerOperation<'DeleteTrainingJob'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteTrainingJob', resource: trainingJobArn(call, input.TrainingJobName) },
  ],
  async handle(input, call, deps) {
    const arn = trainingJobArn(call, input.TrainingJobName);
    await deleteJob<TrainingJobRequest>(deps, call, 'training', arn, (job) =>
      warmPoolOf(job, call.now)?.Status === 'Available'
        ? 'The request was rejected because the training job retains a warm pool in status Available. Terminate it with UpdateTrainingJob and KeepAlivePeriodInSeconds 0.'
        : undefined,
    );
    return {};
  },
};
