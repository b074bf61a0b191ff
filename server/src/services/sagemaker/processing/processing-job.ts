/** A processing job in AWS's terms. Pure. */
import { formatArn } from '../../../contract/arn.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { Input } from '../../../models/types.ts';
import type { Job, JobStatus, Phase } from '../jobs/job.ts';

export type ProcessingJobRequest = Input<'sagemaker', 'CreateProcessingJob'>;
export type ProcessingJob = Job<ProcessingJobRequest>;

export const processingLogGroup = '/aws/sagemaker/ProcessingJobs';

export const processingJobArn = (at: { region: string; account: string }, name: string) =>
  formatArn('sagemaker', at.region, at.account, `processing-job/${name}`);

/** Processing jobs have no secondary status: the phases are kept for the log of transitions only. */
export const processingTransition = (to: Phase | JobStatus | 'Restarting') => ({ status: to, message: to });

export function describeProcessing(job: ProcessingJob) {
  const { state, request } = job;
  const { Tags: _, ...asked } = request;
  return {
    ...asked,
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    CreationTime: job.createdAt,
    LastModifiedTime: job.modifiedAt,
    ...(state.startedAt === undefined ? {} : { ProcessingStartTime: new Date(state.startedAt) }),
    ...(state.endedAt === undefined ? {} : { ProcessingEndTime: new Date(state.endedAt) }),
    ...(state.exitMessage ? { ExitMessage: state.exitMessage } : {}),
    ...(state.failureReason ? { FailureReason: state.failureReason } : {}),
  };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html, processing job state change */
export function processingEvent(job: ProcessingJob): PlatformEvent {
  const { CreationTime, LastModifiedTime, ...detail } = describeProcessing(job);
  return {
    account: job.account,
    region: job.region,
    source: 'aws.sagemaker',
    detailType: 'SageMaker Processing Job State Change',
    resources: [job.arn],
    detail: { ...detail, CreationTime: CreationTime.getTime(), LastModifiedTime: LastModifiedTime.getTime() },
    time: job.modifiedAt,
  };
}
