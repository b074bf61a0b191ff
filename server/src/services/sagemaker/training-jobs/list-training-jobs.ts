/** ListTrainingJobs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html */
import type { SageMakerOperation } from '../deps.ts';
import { jobStore } from '../jobs/job-store.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { secondaryStatus, type TrainingJobRequest } from './training-job.ts';

export const listTrainingJobs: SageMakerOperation<'ListTrainingJobs'> = {
  access: () => [{ action: 'sagemaker:ListTrainingJobs', resource: '*' }],
  async handle(input, call, deps) {
    if (input.WarmPoolStatusEquals) {
      throw call.error('ValidationException', 'WarmPoolStatusEquals is not supported by Clary yet.');
    }
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const jobs = await jobStore<TrainingJobRequest>(deps.database, 'training').list(call, {
      nameContains: input.NameContains,
      status: input.StatusEquals,
      createdAfter: input.CreationTimeAfter,
      createdBefore: input.CreationTimeBefore,
      modifiedAfter: input.LastModifiedTimeAfter,
      modifiedBefore: input.LastModifiedTimeBefore,
      sortBy: input.SortBy === 'Name' ? 'name' : input.SortBy === 'Status' ? 'status' : 'created_at',
      order: input.SortOrder === 'Descending' ? 'desc' : 'asc',
      offset,
      limit: limit + 1,
    });
    return {
      TrainingJobSummaries: jobs.slice(0, limit).map((job) => ({
        TrainingJobName: job.name,
        TrainingJobArn: job.arn,
        CreationTime: job.createdAt,
        LastModifiedTime: job.modifiedAt,
        ...(job.state.endedAt === undefined ? {} : { TrainingEndTime: new Date(job.state.endedAt) }),
        TrainingJobStatus: job.status,
        SecondaryStatus: secondaryStatus(job) as 'Training',
      })),
      ...(jobs.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
