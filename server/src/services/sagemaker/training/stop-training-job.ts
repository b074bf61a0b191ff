/** StopTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */

import { stopJob } from '../jobs/stop-job.ts';
import type { SageMakerOperation, WakingResources } from '../shared/deps.ts';
import { type TrainingJobRequest, trainingEvent, trainingJobArn, trainingTransition } from './training-job.ts';

export const stopTrainingJob: SageMakerOperation<'StopTrainingJob', WakingResources> = {
  access: (input, call) => [
    { action: 'sagemaker:StopTrainingJob', resource: trainingJobArn(call, input.TrainingJobName) },
  ],
  async handle(input, call, deps) {
    const arn = trainingJobArn(call, input.TrainingJobName);
    await stopJob<TrainingJobRequest>(deps, call, 'training', arn, trainingTransition, trainingEvent);
    deps.wake(arn);
    return {};
  },
};
