/** DescribeTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html */
import type { SageMakerOperation } from '../deps.ts';
import { jobStore } from '../jobs/job-store.ts';
import { describeTraining, type TrainingJobRequest, trainingJobArn } from './training-job.ts';
import { warmPoolOf } from './warm-pool.ts';

export const describeTrainingJob: SageMakerOperation<'DescribeTrainingJob'> = {
  access: (input, call) => [
    { action: 'sagemaker:DescribeTrainingJob', resource: trainingJobArn(call, input.TrainingJobName) },
  ],
  async handle(input, call, deps) {
    const store = jobStore<TrainingJobRequest>(deps.database, 'training');
    const job = await store.find(trainingJobArn(call, input.TrainingJobName));
    if (!job) throw call.error('ValidationException', 'Requested resource not found.');
    const pool = warmPoolOf(job, call.now);
    // Nothing profiles here, whatever ProfilerConfig asks for.
    return { ...describeTraining(job), ProfilingStatus: 'Disabled', ...(pool && { WarmPoolStatus: pool }) };
  },
};
