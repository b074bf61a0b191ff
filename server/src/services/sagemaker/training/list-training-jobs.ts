/** ListTrainingJobs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html */

import { jobList } from '../jobs/job-list.ts';
import { jobPageOf, nextToken } from '../jobs/job-page.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { secondaryStatus, type TrainingJob, type TrainingJobRequest } from './training-job.ts';
import { warmPoolOf } from './warm-pool.ts';

export const listTrainingJobs: SageMakerOperation<'ListTrainingJobs'> = {
  access: () => [{ action: 'sagemaker:ListTrainingJobs', resource: '*' }],
  async handle(input, call, deps) {
    const page = jobPageOf('ListTrainingJobs', input, call);
    // There are no training plans here, so no job runs under one.
    if (input.TrainingPlanArnEquals) return { TrainingJobSummaries: [] };
    const status = input.WarmPoolStatusEquals;
    const jobs = await jobList<TrainingJobRequest>(deps.database, 'training').list(call, {
      ...page,
      warmPool: status && { status, now: call.now },
    });
    return {
      TrainingJobSummaries: jobs.slice(0, page.limit - 1).map((job) => summaryOf(job, call.now)),
      ...nextToken('ListTrainingJobs', page, jobs),
    };
  },
};

function summaryOf(job: TrainingJob, now: Date) {
  const pool = warmPoolOf(job, now);
  return {
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    CreationTime: job.createdAt,
    LastModifiedTime: job.modifiedAt,
    ...(job.state.endedAt === undefined ? {} : { TrainingEndTime: new Date(job.state.endedAt) }),
    TrainingJobStatus: job.status,
    SecondaryStatus: secondaryStatus(job) as 'Training',
    ...(pool && { WarmPoolStatus: pool }),
  };
}
