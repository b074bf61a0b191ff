/** ListProcessingJobs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html */

import { jobList } from '../jobs/job-list.ts';
import { jobPageOf, nextToken } from '../jobs/job-page.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import type { ProcessingJobRequest } from './processing-job.ts';

export const listProcessingJobs: SageMakerOperation<'ListProcessingJobs'> = {
  access: () => [{ action: 'sagemaker:ListProcessingJobs', resource: '*' }],
  async handle(input, call, deps) {
    const page = jobPageOf('ListProcessingJobs', input, call);
    const jobs = await jobList<ProcessingJobRequest>(deps.database, 'processing').list(call, page);
    return {
      ProcessingJobSummaries: jobs.slice(0, page.limit - 1).map((job) => ({
        ProcessingJobName: job.name,
        ProcessingJobArn: job.arn,
        CreationTime: job.createdAt,
        LastModifiedTime: job.modifiedAt,
        ...(job.state.endedAt === undefined ? {} : { ProcessingEndTime: new Date(job.state.endedAt) }),
        ProcessingJobStatus: job.status,
        ...(job.state.failureReason ? { FailureReason: job.state.failureReason } : {}),
        ...(job.state.exitMessage ? { ExitMessage: job.state.exitMessage } : {}),
      })),
      ...nextToken('ListProcessingJobs', page, jobs),
    };
  },
};
