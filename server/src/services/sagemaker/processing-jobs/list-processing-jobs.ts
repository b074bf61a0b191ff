/** ListProcessingJobs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html */
import type { SageMakerOperation } from '../deps.ts';
import { jobStore } from '../jobs/job-store.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import type { ProcessingJobRequest } from './processing-job.ts';

export const listProcessingJobs: SageMakerOperation<'ListProcessingJobs'> = {
  access: () => [{ action: 'sagemaker:ListProcessingJobs', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const jobs = await jobStore<ProcessingJobRequest>(deps.database, 'processing').list(call, {
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
      ProcessingJobSummaries: jobs.slice(0, limit).map((job) => ({
        ProcessingJobName: job.name,
        ProcessingJobArn: job.arn,
        CreationTime: job.createdAt,
        LastModifiedTime: job.modifiedAt,
        ...(job.state.endedAt === undefined ? {} : { ProcessingEndTime: new Date(job.state.endedAt) }),
        ProcessingJobStatus: job.status,
        ...(job.state.failureReason ? { FailureReason: job.state.failureReason } : {}),
      })),
      ...(jobs.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
