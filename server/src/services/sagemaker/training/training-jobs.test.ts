import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  paginateListTrainingJobs,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';
import {
  bucket,
  channel,
  openWorkbench,
  slowCsv,
  useBucket,
  type Workbench,
} from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:training-job/${name}`;
const slow = {
  InputDataConfig: [channel('train', 'slow/')],
  HyperParameters: { num_round: '1000000', max_depth: '8' },
};

before(async () => {
  platform = await startPlatform({ flags: ['--job-cores', '8', '--job-memory-gib', '64'] });
  bench = await openWorkbench(platform);
  await bench.put('slow/data.csv', slowCsv());
});
after(() => platform[Symbol.asyncDispose]());

const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const create = (name: string, changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob(name, changes)));
const stop = (name: string) => bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
/** Waits for the log of a job that runs: before its first round a job has no model to keep. */
const firstRound = (name: string) =>
  until(`the first round of ${name}`, async () => {
    const search = new FilterLogEventsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamNamePrefix: `${name}/algo-1-`,
      filterPattern: '"#011train-rmse"',
    });
    const { events } = await platform
      .client(CloudWatchLogsClient)
      .send(search)
      .catch(() => ({ events: [] }));
    return events?.length ? true : undefined;
  });

describe('training jobs', () => {
  it('trains, describes and stores the artifact', async () => {
    const { TrainingJobArn: arn } = await create('plain');
    assert.equal(arn, arnOf('plain'));
    const job = await bench.jobEnd('plain');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(
      job.SecondaryStatusTransitions?.map(({ Status, StatusMessage }) => [Status, StatusMessage]),
      [
        ['Starting', 'Starting the training job'],
        ['Downloading', 'Downloading input data'],
        ['Training', 'Training image download completed. Training in progress.'],
        ['Uploading', 'Uploading generated training model'],
        ['Completed', 'Training job completed'],
      ],
    );
    assert.ok(
      job.SecondaryStatusTransitions?.every(({ StartTime, EndTime }) => StartTime && EndTime && StartTime <= EndTime),
    );
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${bucket}/model/plain/output/model.tar.gz`);
    assert.deepEqual([...(await bench.read('model/plain/output/model.tar.gz')).subarray(0, 2)], [0x1f, 0x8b]);
    assert.deepEqual(job.HyperParameters, { num_round: '3' });
    assert.deepEqual(job.OutputDataConfig, { KmsKeyId: '', S3OutputPath: `s3://${bucket}/model` });
    assert.equal(job.SecondaryStatus, 'Completed');
    assert.ok(job.CreationTime && job.TrainingStartTime && job.TrainingEndTime);
    assert.ok(job.CreationTime <= job.TrainingStartTime && job.TrainingStartTime <= job.TrainingEndTime);
    assert.ok((job.BillableTimeInSeconds ?? 0) >= 1);
    const [metric] = job.FinalMetricDataList ?? [];
    assert.equal(metric?.MetricName, 'train:rmse');
    assert.ok((metric?.Value ?? -1) > 0);
    const { Datapoints: points } = await until('the metric', async () => {
      const answer = await platform.client(CloudWatchClient).send(
        new GetMetricStatisticsCommand({
          Namespace: '/aws/sagemaker/TrainingJobs',
          MetricName: 'train:rmse',
          Dimensions: [{ Name: 'TrainingJobName', Value: 'plain' }],
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 60,
          Statistics: ['Minimum'],
        }),
      );
      return answer.Datapoints?.length ? answer : undefined;
    });
    // Each round reports it, the last the least.
    const least = Math.min(...(points ?? []).map(({ Minimum }) => Minimum ?? Number.NaN));
    assert.ok(Math.abs(least - (metric?.Value ?? 1)) < 1e-6);
  });

  it('stops while running: the model as far as it came is kept', async () => {
    await create('stopped', slow);
    await firstRound('stopped');
    await stop('stopped');
    const stopping = await describeJob('stopped');
    assert.match(stopping.TrainingJobStatus ?? '', /^Stopp(ing|ed)$/);
    // Stopping what stops already is no mistake.
    if (stopping.TrainingJobStatus === 'Stopping') await stop('stopped').catch(() => {});
    const job = await bench.jobEnd('stopped');
    assert.equal(job.TrainingJobStatus, 'Stopped');
    assert.deepEqual(
      job.SecondaryStatusTransitions?.map(({ Status }) => Status),
      ['Starting', 'Downloading', 'Training', 'Stopping', 'Uploading', 'Stopped'],
    );
    assert.equal(job.FailureReason, undefined);
    assert.ok((await bench.read('model/stopped/output/model.tar.gz')).length > 100);
  });

  it('stops what runs longer than it may', async () => {
    const job = await bench.train('overdue', { ...slow, StoppingCondition: { MaxRuntimeInSeconds: 1 } });
    assert.deepEqual([job.TrainingJobStatus, job.SecondaryStatus], ['Stopped', 'MaxRuntimeExceeded']);
    assert.equal(
      job.SecondaryStatusTransitions?.at(-1)?.StatusMessage,
      'Training job runtime exceeded MaxRuntimeInSeconds provided. Training job stopped',
    );
  });

  it('lists: filters, order and pages', async () => {
    for (const name of ['list-c', 'list-a', 'list-b']) await bench.train(name);
    await bench.train('list-d', { HyperParameters: { num_round: 'many' } });
    const list = async (input: object) => {
      const names: string[][] = [];
      for await (const page of paginateListTrainingJobs(
        { client: bench.sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...input },
      )) {
        names.push((page.TrainingJobSummaries ?? []).map((job) => job.TrainingJobName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [
      ['list-c', 'list-a'],
      ['list-b', 'list-d'],
    ]);
    assert.deepEqual(await list({ SortOrder: 'Descending' }), [
      ['list-d', 'list-b'],
      ['list-a', 'list-c'],
    ]);
    assert.deepEqual(await list({ SortBy: 'Name', SortOrder: 'Ascending' }), [
      ['list-a', 'list-b'],
      ['list-c', 'list-d'],
    ]);
    assert.deepEqual(await list({ SortBy: 'Status' }), [
      ['list-a', 'list-b'],
      ['list-c', 'list-d'],
    ]);
    assert.deepEqual(await list({ StatusEquals: 'Failed' }), [['list-d']]);
    const { CreationTime: time, LastModifiedTime: modified } = await describeJob('list-a');
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), ['list-a', 'list-b', 'list-d']);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), ['list-c', 'list-a']);
    assert.deepEqual((await list({ LastModifiedTimeBefore: modified })).flat(), ['list-c', 'list-a']);
    assert.deepEqual((await list({ LastModifiedTimeAfter: modified })).flat(), ['list-a', 'list-b', 'list-d']);
    const { TrainingJobSummaries: [summary] = [] } = await bench.sagemaker.send(
      new ListTrainingJobsCommand({ NameContains: 'list-c' }),
    );
    assert.deepEqual(
      [summary?.TrainingJobArn, summary?.TrainingJobStatus, summary?.SecondaryStatus],
      [arnOf('list-c'), 'Completed', 'Completed'],
    );
    assert.ok(summary?.TrainingEndTime);
  });
});

describe('training jobs refuse', () => {
  const validation = (message: string) => ({ name: 'ValidationException', message });

  it('a name that is taken', async () => {
    await bench.train('taken');
    await assert.rejects(create('taken'), {
      name: 'ResourceInUse',
      message: `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arnOf('taken')})`,
    });
  });

  it('jobs that are not there, and an end of what has ended', async () => {
    await assert.rejects(describeJob('nobody'), validation('Requested resource not found.'));
    await assert.rejects(stop('nobody'), validation('Requested resource not found.'));
    await bench.train('ended');
    await assert.rejects(
      stop('ended'),
      validation('The request was rejected because the training job is in status Completed.'),
    );
  });

  for (const [what, changes, message] of [
    ['an image that nobody knows', { AlgorithmSpecification: { TrainingImage: 'example.com/own:1', TrainingInputMode: 'File' } }, /^no runtime for image example\.com\/own:1; known for training: sagemaker-xgboost:/],
    ['a role that is not there', { RoleArn: 'arn:aws:iam::000000000000:role/nobody' }, "Could not assume role arn:aws:iam::000000000000:role/nobody. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."],
    ['a place that is not in S3', { OutputDataConfig: { S3OutputPath: 'https://example.com/model' } }, 'Invalid S3 URI: https://example.com/model'],
    ['a channel twice', { InputDataConfig: [channel('train'), channel('train')] }, 'Channel names must be unique; train is used more than once.'],
    ['a name with a blank', { TrainingJobName: 'two words' }, /^1 validation error detected: Value 'two words' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: /],
  ] as [string, Partial<CreateTrainingJobCommandInput>, string | RegExp][]) {
    it(what, () => assert.rejects(create('refused', changes), { name: 'ValidationException', message }));
  } // biome-ignore format: a table

  it('a caller who may not pass the role', async () => {
    const { credentials } = await makeUser(platform, 'ann');
    const own = { UserName: 'ann', PolicyName: 'own', PolicyDocument: allow('sagemaker:*') };
    await bench.iam.send(new PutUserPolicyCommand(own));
    const ann = platform.client(SageMakerClient, { credentials });
    await assert.rejects(ann.send(new CreateTrainingJobCommand(bench.trainingJob('passed'))), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::000000000000:user/ann is not authorized to perform: iam:PassRole on resource: ${bench.roleArn} because no identity-based policy allows the iam:PassRole action`,
    });
  });

  it('a token and a page size that no list has', async () => {
    const list = (input: object) => bench.sagemaker.send(new ListTrainingJobsCommand(input));
    await assert.rejects(list({ NextToken: 'x' }), validation('Invalid pagination token given'));
    await assert.rejects(list({ MaxResults: 101 }), {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    });
  });
});

describe('training jobs end Failed and say why', () => {
  const fails = async (name: string, changes: Partial<CreateTrainingJobCommandInput>, reason: string | RegExp) => {
    const job = await bench.train(name, changes);
    assert.deepEqual([job.TrainingJobStatus, job.SecondaryStatus], ['Failed', 'Failed']);
    if (typeof reason === 'string') assert.equal(job.FailureReason, reason);
    else assert.match(job.FailureReason ?? '', reason);
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, '');
  };

  it('for a prefix where nothing is', () =>
    fails(
      'nothing',
      { InputDataConfig: [channel('train', 'nothing/')] },
      `ClientError: Data download failed:No S3 objects found under S3 URL "s3://${bucket}/nothing/" given in input data source. Please ensure that the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role "${bench.roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
    ));

  it('for a role that may not read', async () => {
    const roleArn = await bench.role('blind', [{ ...useBucket[0], Effect: 'Deny' }]);
    await fails(
      'blind',
      { RoleArn: roleArn },
      new RegExp(
        `^ClientError: Data download failed: s3://${bucket}/train/ could not be read\\. Please ensure that the bucket "${bucket}" exists in the selected region \\(us-east-1\\) and that the role "${roleArn}" has "s3:ListBucket" and "s3:GetObject" permissions on it\\. Error message from S3: AccessDenied: `,
      ),
    );
  });

  it('for a role that may not write', async () => {
    const statements = [useBucket[0] ?? {}, { ...useBucket[1], Action: 's3:GetObject' }];
    const roleArn = await bench.role('reader', statements);
    await fails(
      'reader',
      { RoleArn: roleArn },
      new RegExp(
        `^ClientError: Artifact upload failed: AccessDenied: .*Please ensure that the bucket exists and that the role "${roleArn}" has "s3:PutObject" permissions on it\\.$`,
      ),
    );
  });

  it('for what the algorithm refuses', async () => {
    await fails(
      'colour',
      { HyperParameters: { num_round: '3', colour: 'red' } },
      /^ClientError: Extraneous hyperparameter found: colour/,
    );
    await fails(
      'no-channel',
      { InputDataConfig: [channel('validation', 'train/')] },
      /^ClientError: The channel "train" is missing/,
    );
  });
});

describe('training jobs survive', () => {
  it('the same name requested many times at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => create('race')));
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    const codes = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    assert.deepEqual(new Set(codes), new Set(['ResourceInUse']));
    assert.equal((await bench.jobEnd('race')).TrainingJobStatus, 'Completed');
  });
});
