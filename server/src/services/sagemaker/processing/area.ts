/** Processing jobs: the model evaluation, users' scripts and containers. */
import type { JobArea } from '../jobs/job-area.ts';
import { createProcessingJob } from './create-processing-job.ts';
import { deleteProcessingJob } from './delete-processing-job.ts';
import { describeProcessingJob } from './describe-processing-job.ts';
import { listProcessingJobs } from './list-processing-jobs.ts';
import { processingDefinition } from './processing-definition.ts';
import { stopProcessingJob } from './stop-processing-job.ts';

export const processingArea: JobArea = {
  operations: {
    CreateProcessingJob: createProcessingJob,
    DescribeProcessingJob: describeProcessingJob,
    ListProcessingJobs: listProcessingJobs,
    StopProcessingJob: stopProcessingJob,
    DeleteProcessingJob: deleteProcessingJob,
  },
  define: processingDefinition,
  taggable: { 'processing-job': { table: 'sagemaker_jobs' } },
};
