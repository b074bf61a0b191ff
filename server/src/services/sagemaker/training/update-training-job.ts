/**
 * UpdateTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateTrainingJob.html
 * Changes how long a warm pool is kept, and the profiler's settings, which are stored and shown without effect (ProfilingStatus Disabled).
 */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { jobStore } from '../jobs/job-store.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { secondaryStatus, type TrainingJob, type TrainingJobRequest, trainingJobArn } from './training-job.ts';
import { warmPoolOf } from './warm-pool.ts';

type Update = Input<'sagemaker', 'UpdateTrainingJob'>;

export const updateTrainingJob: SageMakerOperation<'UpdateTrainingJob'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:UpdateTrainingJob',
      resource: trainingJobArn(call, input.TrainingJobName),
      context: {
        'sagemaker:KeepAlivePeriod': asText(input.ResourceConfig?.KeepAlivePeriodInSeconds),
        'sagemaker:EnableRemoteDebug': asText(input.RemoteDebugConfig?.EnableRemoteDebug),
      },
    },
  ],
  async handle(input, call, deps) {
    refuseWhatIsNotBuilt(input, call);
    const store = jobStore<TrainingJobRequest>(deps.database, 'training');
    const arn = trainingJobArn(call, input.TrainingJobName);
    for (;;) {
      const job = await store.find(arn);
      if (!job) throw call.error('ValidationException', 'Requested resource not found.');
      checkState(job, input, call);
      const next: TrainingJob = { ...job, modifiedAt: call.now, request: updated(job.request, input) };
      try {
        await deps.database.write([store.update(next)]);
        return { TrainingJobArn: arn };
      } catch (error) {
        // The reconciler changed the job between the read and the write: look again.
        if (!(error instanceof Conflict)) throw error;
      }
    }
  },
};

const asText = (value: number | boolean | undefined) => (value === undefined ? undefined : String(value));

function refuseWhatIsNotBuilt(input: Update, call: Call): void {
  const { ProfilerConfig, ProfilerRuleConfigurations, ResourceConfig, RemoteDebugConfig } = input;
  if (!ProfilerConfig && !ProfilerRuleConfigurations && !ResourceConfig && !RemoteDebugConfig) {
    // Observed: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-python-sdk-troubleshooting.html
    throw call.error('ValidationException', 'Invalid UpdateTrainingJobRequest, the request cannot be empty');
  }
  if (ProfilerRuleConfigurations?.length) {
    throw call.error('ValidationException', 'ProfilerRuleConfigurations is not supported by Clary yet.');
  }
  if (ProfilerConfig?.ProfilingIntervalInMilliseconds !== undefined) {
    throw call.error(
      'ValidationException',
      'ProfilerConfig.ProfilingIntervalInMilliseconds is not supported by Clary yet.',
    );
  }
  if (Object.keys(ProfilerConfig?.ProfilingParameters ?? {}).length > 0) {
    throw call.error('ValidationException', 'ProfilerConfig.ProfilingParameters is not supported by Clary yet.');
  }
  if (RemoteDebugConfig?.EnableRemoteDebug) {
    throw call.error('ValidationException', 'EnableRemoteDebug is not supported by Clary yet.');
  }
}

/** When each member may be changed, by the documentation of the request's members. */
function checkState(job: TrainingJob, input: Update, call: Call): void {
  const pool = warmPoolOf(job, call.now)?.Status;
  if (input.ResourceConfig && pool !== 'InUse' && pool !== 'Available') {
    throw call.error(
      'ValidationException',
      pool === undefined
        ? 'The request was rejected because the training job has no warm pool: it was created without KeepAlivePeriodInSeconds.'
        : `The request was rejected because the warm pool of the training job is in status ${pool}.`,
    );
  }
  const profiler = input.ProfilerConfig ?? input.ProfilerRuleConfigurations;
  const secondary = secondaryStatus(job);
  if (profiler && job.status !== 'InProgress') {
    throw call.error(
      'ValidationException',
      `The request was rejected because the training job is in status ${job.status}.`,
    );
  }
  if (input.RemoteDebugConfig && secondary !== 'Downloading' && secondary !== 'Training') {
    throw call.error(
      'ValidationException',
      `The request was rejected because the training job is in secondary status ${secondary}. RemoteDebugConfig can be updated in Downloading and Training.`,
    );
  }
}

function updated(request: TrainingJobRequest, input: Update): TrainingJobRequest {
  const { ResourceConfig, ProfilerConfig, RemoteDebugConfig } = input;
  return {
    ...request,
    ...(ResourceConfig && { ResourceConfig: { ...request.ResourceConfig, ...ResourceConfig } }),
    ...(ProfilerConfig && { ProfilerConfig: { ...request.ProfilerConfig, ...ProfilerConfig } }),
    ...(RemoteDebugConfig && { RemoteDebugConfig: { ...request.RemoteDebugConfig, ...RemoteDebugConfig } }),
  } as TrainingJobRequest;
}
