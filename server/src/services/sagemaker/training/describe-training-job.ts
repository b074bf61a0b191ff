/** DescribeTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html */

import { jobStore } from '../jobs/job-store.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import type { ImageTable } from '../shared/images.ts';
import { metricDefinitionsOf } from './metrics/metric-definitions.ts';
import { describeTraining, type TrainingJobRequest, trainingJobArn } from './training-job.ts';
import { warmPoolOf } from './warm-pool.ts';

/** AWS shows the built-in algorithm's definitions as if they had been asked for: the SDK's analytics go by them. */
function withMetrics(request: TrainingJobRequest, images: ImageTable) {
  const algorithm = request.AlgorithmSpecification;
  const definitions = metricDefinitionsOf(request, images);
  return algorithm && definitions.length > 0
    ? { AlgorithmSpecification: { ...algorithm, MetricDefinitions: definitions } as typeof algorithm }
    : {};
}

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
    return {
      ...describeTraining(job),
      ...withMetrics(job.request, deps.images),
      ProfilingStatus: 'Disabled',
      ...(pool && { WarmPoolStatus: pool }),
    };
  },
};
