/** CreateTrainingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html. Writes the row; the reconciler does the work. */
import type { Call } from '../../../contract/call.ts';
import { insertJob } from '../jobs/insert-job.ts';
import type { SageMakerOperation, SageMakerResources, WakingResources } from '../shared/deps.ts';
import { assumeExecutionRole, passRole } from '../shared/execution-role.ts';
import { trainingJobConditions } from '../shared/request-conditions.ts';
import { checkTrainingJob } from './checks/check-training-job.ts';
import { instancesOf } from './cluster.ts';
import { checkScript } from './scripts/check-script.ts';
import { starting, type TrainingJobRequest, trainingEvent, trainingJobArn } from './training-job.ts';
import { trainingRuntimeOf } from './training-runtime.ts';

export const createTrainingJob: SageMakerOperation<'CreateTrainingJob', WakingResources> = {
  access: (input, call) => [
    {
      action: 'sagemaker:CreateTrainingJob',
      resource: trainingJobArn(call, input.TrainingJobName),
      context: trainingJobConditions(input),
    },
    ...passRole(input.RoleArn),
  ],
  async handle(input, call, deps) {
    const request = { ...input, StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...input.StoppingCondition } };
    checkTrainingJob(request, runtimeOf(request, call, deps), call, deps.settings);
    const arn = trainingJobArn(call, request.TrainingJobName);
    await assumeExecutionRole(arn, request.RoleArn, call, deps);
    const name = request.TrainingJobName;
    const kindNames = ['Training job', 'training job'] as const;
    await insertJob({ kind: 'training', arn, name, request, starting, kindNames }, trainingEvent, call, deps);
    deps.wake(arn);
    return { TrainingJobArn: arn };
  },
};

/** How the job's image runs. An image that nothing here runs is refused. */
function runtimeOf(request: TrainingJobRequest, call: Call, deps: SageMakerResources) {
  const { AlgorithmSpecification: algorithm } = request;
  if (!algorithm) throw call.error('ValidationException', 'AlgorithmSpecification with a TrainingImage is required.');
  if (algorithm.AlgorithmName)
    throw call.error('ValidationException', 'AlgorithmSpecification.AlgorithmName is not supported by Clary yet.');
  if (!algorithm.TrainingImage)
    throw call.error('ValidationException', 'AlgorithmSpecification needs a TrainingImage.');
  const runtime = deps.images.get(algorithm.TrainingImage, 'training', call);
  checkScript(request, instancesOf(request).length, deps.images, call);
  return trainingRuntimeOf(request, deps.images) ?? runtime;
}
