/** Refuses CreateTrainingJob requests that cannot succeed, with AWS's text where it was observed. */
import type { Call } from '../../../../contract/call.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { Runtime } from '../../shared/images.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { regexFault } from '../metrics/metric-scan.ts';
import type { TrainingJobRequest } from '../training-job.ts';
import { checkChannels } from './check-channels.ts';
import { checkCheckpoints } from './check-checkpoints.ts';
import { checkResources } from './check-resources.ts';
import type { Refuse } from './refuse.ts';

/** Throws ValidationException. That the image is known is not looked at here. */
export function checkTrainingJob(
  request: TrainingJobRequest,
  runtime: Runtime,
  call: Call,
  settings: SageMakerSettings,
): void {
  const refuse: Refuse = (message) => call.error('ValidationException', message);
  checkWhatIsNotBuilt(request, refuse);
  checkResources(request, runtime.kind === 'container' || settings.sandbox !== undefined, refuse);
  checkStopping(request, refuse);
  checkChannels(request, refuse);
  if (!parseS3Uri(request.OutputDataConfig.S3OutputPath))
    throw refuse(`Invalid S3 URI: ${request.OutputDataConfig.S3OutputPath}`);
  checkCheckpoints(request, runtime.kind === 'container' || settings.sandbox !== undefined, refuse);
  for (const { Name: name, Regex: regex } of request.AlgorithmSpecification?.MetricDefinitions ?? []) {
    const fault = regexFault(regex ?? '');
    if (fault) throw refuse(`Invalid regex for metric definition ${name}: ${regex}: ${fault}`);
  }
}

/**
 * What would change the result and cannot be done. What has no meaning on one machine (VPCs, encryption between hosts) is kept and shown; so are
 * ProfilerConfig and DebugHookConfig with an S3OutputPath alone, which the SageMaker SDK 2.x sends with every job: they ask for files that no program reads
 * without a rule.
 */
function checkWhatIsNotBuilt(request: TrainingJobRequest, refuse: Refuse): void {
  const missing: [string, unknown][] = [
    ['ServerlessJobConfig', request.ServerlessJobConfig],
    ['ModelPackageConfig', request.ModelPackageConfig],
    ['MlflowConfig', request.MlflowConfig],
    ['ResourceConfig.TrainingPlanArn', request.ResourceConfig?.TrainingPlanArn],
    ['DebugRuleConfigurations', request.DebugRuleConfigurations],
    ['ProfilerRuleConfigurations', request.ProfilerRuleConfigurations],
    ['DebugHookConfig.CollectionConfigurations', request.DebugHookConfig?.CollectionConfigurations],
    ['DebugHookConfig.HookParameters', request.DebugHookConfig?.HookParameters],
    ['ProfilerConfig.ProfilingParameters', request.ProfilerConfig?.ProfilingParameters],
    ['ProfilerConfig.ProfilingIntervalInMilliseconds', request.ProfilerConfig?.ProfilingIntervalInMilliseconds],
    ['RemoteDebugConfig.EnableRemoteDebug', request.RemoteDebugConfig?.EnableRemoteDebug || undefined],
  ];
  const [found] = missing.filter(([, value]) => isAsked(value));
  if (found) throw refuse(`${found[0]} is not supported by Clary yet.`);
}

/** An empty list or map asks for nothing. */
const isAsked = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined;

/** AWS's texts (observed: https://github.com/Kenza-AI/sagify/issues/111). */
function checkStopping(
  { StoppingCondition: stopping, EnableManagedSpotTraining: spot }: TrainingJobRequest,
  refuse: Refuse,
): void {
  const wait = stopping?.MaxWaitTimeInSeconds;
  if (wait !== undefined && !spot)
    throw refuse('Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true');
  if (spot && (wait === undefined || wait < (stopping?.MaxRuntimeInSeconds ?? 0)))
    throw refuse(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    );
}
