/** A training job in AWS's terms: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html. Pure. */
import { formatArn } from '../../../contract/arn.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { Input } from '../../../models/types.ts';
import type { Job, JobStatus, Phase } from '../jobs/job.ts';

export type TrainingJobRequest = Input<'sagemaker', 'CreateTrainingJob'>;
export type TrainingJob = Job<TrainingJobRequest>;

export const trainingLogGroup = '/aws/sagemaker/TrainingJobs';

export const trainingJobArn = (at: { region: string; account: string }, name: string) =>
  formatArn('sagemaker', at.region, at.account, `training-job/${name}`);

export const starting = { status: 'Starting', message: 'Starting the training job' };

const transitions: Record<Phase | JobStatus | 'Restarting', { status: string; message: string }> = {
  Starting: starting,
  Downloading: { status: 'Downloading', message: 'Downloading input data' },
  Running: { status: 'Training', message: 'Training image download completed. Training in progress.' },
  Uploading: { status: 'Uploading', message: 'Uploading generated training model' },
  Restarting: { status: 'Restarting', message: 'Restarting the training job' },
  Completed: { status: 'Completed', message: 'Training job completed' },
  Failed: { status: 'Failed', message: 'Training job failed' },
  Stopping: { status: 'Stopping', message: 'Stopping the training job' },
  Stopped: { status: 'Stopped', message: 'Training job stopped' },
  InProgress: starting,
  Ended: { status: 'Completed', message: 'Training job completed' },
};

export function trainingTransition(
  to: Phase | JobStatus | 'Restarting',
  job: TrainingJob,
): { status: string; message: string } {
  if (to === 'Stopped' && job.state.stopCause === 'time limit') {
    return {
      status: 'MaxRuntimeExceeded',
      message: 'Training job runtime exceeded MaxRuntimeInSeconds provided. Training job stopped',
    };
  }
  if (to === 'Stopped' && job.state.stopCause === 'wait limit') {
    return {
      status: 'MaxWaitTimeExceeded',
      message: 'Training job wait time exceeded MaxWaitTimeInSeconds provided. Training job stopped',
    };
  }
  // No status of its own: the API's list of them has none. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
  if (to === 'Stopped' && job.state.stopCause === 'pending limit') {
    return {
      status: 'Stopped',
      message: 'Training job pending time exceeded MaxPendingTimeInSeconds provided. Training job stopped',
    };
  }
  return transitions[to];
}

export const secondaryStatus = (job: TrainingJob) => job.state.transitions.at(-1)?.status ?? 'Starting';

const seconds = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? undefined : Math.max(1, Math.ceil((to - from) / 1000));

/** A metric without a time of its own was reported at the end. */
const metricTime = ({ state, modifiedAt }: TrainingJob, name: string) => {
  const { metricTimes = {} } = state;
  return new Date((Object.hasOwn(metricTimes, name) ? metricTimes[name] : state.endedAt) ?? modifiedAt.getTime());
};

/** DescribeTrainingJob's answer. The members that the Python SDK reads (KmsKeyId, times, transitions) are always present. */
export function describeTraining(job: TrainingJob) {
  const { state, request } = job;
  const { Tags: _, ...asked } = request;
  const ended = state.endedAt === undefined ? undefined : new Date(state.endedAt);
  return {
    ...asked,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: secondaryStatus(job) as 'Training',
    HyperParameters: request.HyperParameters ?? {},
    StoppingCondition: request.StoppingCondition,
    OutputDataConfig: { KmsKeyId: '', ...request.OutputDataConfig },
    ModelArtifacts: { S3ModelArtifacts: state.artifactUri ?? '' },
    CreationTime: job.createdAt,
    LastModifiedTime: job.modifiedAt,
    ...(state.startedAt === undefined ? {} : { TrainingStartTime: new Date(state.startedAt) }),
    ...(ended && { TrainingEndTime: ended }),
    ...(state.failureReason && { FailureReason: state.failureReason }),
    SecondaryStatusTransitions: state.transitions.map((transition) => ({
      Status: transition.status as 'Training',
      StartTime: new Date(transition.startTime),
      ...(transition.endTime === undefined ? {} : { EndTime: new Date(transition.endTime) }),
      StatusMessage: transition.message,
    })),
    FinalMetricDataList: Object.entries(state.metrics ?? {}).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Timestamp: metricTime(job, MetricName),
    })),
    ...(ended && {
      TrainingTimeInSeconds: seconds(state.startedAt, state.endedAt),
      BillableTimeInSeconds: seconds(state.startedAt, state.endedAt),
    }),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
  };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html, training job state change */
export function trainingEvent(job: TrainingJob): PlatformEvent {
  const {
    CreationTime,
    LastModifiedTime,
    SecondaryStatusTransitions: _,
    FinalMetricDataList: __,
    ...detail
  } = describeTraining(job);
  return {
    account: job.account,
    region: job.region,
    source: 'aws.sagemaker',
    detailType: 'SageMaker Training Job State Change',
    resources: [job.arn],
    detail: { ...detail, CreationTime: CreationTime.getTime(), LastModifiedTime: LastModifiedTime.getTime() },
    time: job.modifiedAt,
  };
}
