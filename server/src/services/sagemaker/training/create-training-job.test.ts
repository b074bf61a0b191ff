/** What CreateTrainingJob keeps, shows and refuses. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { scripted, tell, unpacked } from '../../../../../test/harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const request = (script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) => ({
  ...scripted(`${tell}${script}`),
  InputDataConfig: undefined,
  ...changes,
});

describe('a training job keeps', () => {
  it('settings without effect here, as they were requested', async () => {
    const asked = {
      VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] },
      EnableInterContainerTrafficEncryption: true,
      ExperimentConfig: { ExperimentName: 'e', TrialName: 't', TrialComponentDisplayName: 'd' },
      // As the SageMaker SDK 2.x sends them with every job.
      ProfilerConfig: { S3OutputPath: `s3://${bucket}/`, DisableProfiler: false },
      DebugHookConfig: { S3OutputPath: `s3://${bucket}/debug`, CollectionConfigurations: [] },
      RetryStrategy: { MaximumRetryAttempts: 3 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      CheckpointConfig: { S3Uri: `s3://${bucket}/checkpoints`, LocalPath: '/opt/ml/checkpoints' },
      HyperParameters: { depth: '3' },
    };
    const job = await bench.train('kept', request('pass', asked));
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    for (const [name, value] of Object.entries(asked)) assert.deepEqual(job[name as keyof typeof job], value, name);
  });

  it('a limit of a day where none is given', async () => {
    await bench.sagemaker.send(
      new CreateTrainingJobCommand(bench.trainingJob('day', request('pass', { StoppingCondition: undefined }))),
    );
    const { StoppingCondition: condition } = await bench.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: 'day' }),
    );
    assert.deepEqual(condition, { MaxRuntimeInSeconds: 86_400 });
    await bench.jobEnd('day');
  });
});

describe('a program finds', () => {
  it('its variables, and no network where it is isolated', async () => {
    const script = `
import socket
def reaches():
    try: socket.create_connection(('127.0.0.1', ${new URL(platform.endpoint).port}), timeout=5); return True
    except OSError: return False
tell('seen', {'own': os.environ['OWN'], 'name': os.environ['TRAINING_JOB_NAME'], 'arn': os.environ['TRAINING_JOB_ARN'], 'reaches': reaches()})`;
    const arn = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:training-job/${name}`;
    for (const [name, isolated] of [
      ['open', false],
      ['isolated', true],
    ] as const) {
      const given = request(script);
      const Environment = { ...given.Environment, OWN: 'mine' };
      const job = await bench.train(name, { ...given, Environment, EnableNetworkIsolation: isolated });
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      const { seen } = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
      assert.deepEqual(JSON.parse(seen ?? ''), { own: 'mine', name, arn: arn(name), reaches: !isolated });
    }
  });
});

describe('a training job is refused', () => {
  const algorithm = scripted('pass').AlgorithmSpecification;
  for (const [what, changes, message] of [
    ['with a bought algorithm', { AlgorithmSpecification: { AlgorithmName: 'a', TrainingInputMode: 'File' } }, 'AlgorithmSpecification.AlgorithmName is not supported by Clary yet.'],
    ['without an image', { AlgorithmSpecification: { ...algorithm, TrainingImage: undefined } }, 'AlgorithmSpecification needs a TrainingImage.'],
    ['without resources', { ResourceConfig: undefined }, 'ResourceConfig is required.'],
    ['on a plan', { ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1, TrainingPlanArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-plan/p' } }, 'ResourceConfig.TrainingPlanArn is not supported by Clary yet.'],
    ['with rules of the debugger', { DebugRuleConfigurations: [{ RuleConfigurationName: 'r', RuleEvaluatorImage: 'i' }] }, 'DebugRuleConfigurations is not supported by Clary yet.'],
    ['with rules of the profiler', { ProfilerRuleConfigurations: [{ RuleConfigurationName: 'r', RuleEvaluatorImage: 'i' }] }, 'ProfilerRuleConfigurations is not supported by Clary yet.'],
    ['with tensors to collect', { DebugHookConfig: { S3OutputPath: 's3://a/b', CollectionConfigurations: [{ CollectionName: 'losses' }] } }, 'DebugHookConfig.CollectionConfigurations is not supported by Clary yet.'],
    ['with parameters of the hook', { DebugHookConfig: { S3OutputPath: 's3://a/b', HookParameters: { save_interval: '10' } } }, 'DebugHookConfig.HookParameters is not supported by Clary yet.'],
    ['to be profiled in detail', { ProfilerConfig: { S3OutputPath: 's3://a/b', ProfilingParameters: { DetailedProfilingConfig: '{}' } } }, 'ProfilerConfig.ProfilingParameters is not supported by Clary yet.'],
    ['to be sampled', { ProfilerConfig: { S3OutputPath: 's3://a/b', ProfilingIntervalInMilliseconds: 500 } }, 'ProfilerConfig.ProfilingIntervalInMilliseconds is not supported by Clary yet.'],
    ['with a door for a debugger', { RemoteDebugConfig: { EnableRemoteDebug: true } }, 'RemoteDebugConfig.EnableRemoteDebug is not supported by Clary yet.'],
    ['for too many retries', { RetryStrategy: { MaximumRetryAttempts: 31 } }, /^1 validation error detected: Value '31' at 'retryStrategy.maximumRetryAttempts'/],
  ] as [string, Partial<CreateTrainingJobCommandInput>, string | RegExp][]) {
    it(what, () =>
      assert.rejects(bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('refused', request('pass', changes)))), {
        name: 'ValidationException',
        message,
      }));
  } // biome-ignore format: a table
});
