/** Training jobs: built-in algorithms, users' scripts and containers. */
import type { JobArea } from '../jobs/job-area.ts';
import { createTrainingJob } from './create-training-job.ts';
import { deleteTrainingJob } from './delete-training-job.ts';
import { describeTrainingJob } from './describe-training-job.ts';
import { listTrainingJobs } from './list-training-jobs.ts';
import { trainingJobs } from './search/training-jobs.ts';
import { stopTrainingJob } from './stop-training-job.ts';
import { trainingDefinition } from './training-definition.ts';
import { updateTrainingJob } from './update-training-job.ts';

export const trainingArea: JobArea = {
  operations: {
    CreateTrainingJob: createTrainingJob,
    DescribeTrainingJob: describeTrainingJob,
    ListTrainingJobs: listTrainingJobs,
    StopTrainingJob: stopTrainingJob,
    UpdateTrainingJob: updateTrainingJob,
    DeleteTrainingJob: deleteTrainingJob,
  },
  define: trainingDefinition,
  taggable: { 'training-job': { table: 'sagemaker_jobs' } },
  searchable: { TrainingJob: trainingJobs },
};
