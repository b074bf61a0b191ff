import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  paginateListProcessingJobs,
  type SageMakerClient,
  StopProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/road/stage.ts';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { bucket, openWorkbench, useBucket, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:processing-job/${name}`;

const input = (name: string, key: string) => ({
  InputName: name,
  S3Input: {
    S3Uri: `s3://${bucket}/${key}`,
    LocalPath: `/opt/ml/processing/${name}`,
    S3DataType: 'S3Prefix' as const,
    S3InputMode: 'File' as const,
  },
});
const output = (prefix: string) => ({
  OutputName: 'evaluation',
  S3Output: {
    S3Uri: `s3://${bucket}/${prefix}`,
    LocalPath: '/opt/ml/processing/evaluation',
    S3UploadMode: 'EndOfJob' as const,
  },
});

const request = (
  name: string,
  roleArn: string,
  changes: Partial<CreateProcessingJobCommandInput> = {},
): CreateProcessingJobCommandInput => ({
  ProcessingJobName: name,
  RoleArn: roleArn,
  AppSpecification: { ImageUri: 'clary/evaluate:1' },
  Environment: { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_THRESHOLDS: '{"rmse":{"max":100}}' },
  ProcessingInputs: [input('model', 'model/base/output/model.tar.gz'), input('test', 'train/')],
  ProcessingOutputConfig: { Outputs: [output(`evaluation/${name}`)] },
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  ...changes,
});

const jobEnd = (sagemaker: SageMakerClient, name: string) =>
  until(`the end of ${name}`, async () => {
    const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
    return job.ProcessingJobStatus === 'InProgress' || job.ProcessingJobStatus === 'Stopping' ? undefined : job;
  });

before(async () => {
  platform = await startPlatform({ flags: ['--job-cores', '4'] });
  bench = await openWorkbench(platform);
  await bench.train('base');
});
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, changes: Partial<CreateProcessingJobCommandInput> = {}) =>
  bench.sagemaker.send(new CreateProcessingJobCommand(request(name, bench.roleArn, changes)));
async function run(name: string, changes: Partial<CreateProcessingJobCommandInput> = {}) {
  await create(name, changes);
  return jobEnd(bench.sagemaker, name);
}
const describeJob = (name: string) =>
  bench.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
const stop = (name: string) => bench.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: name }));

describe('processing jobs do', () => {
  it('measure a model, describe and store what came of it', async () => {
    const job = await run('measure');
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.equal(job.ProcessingJobArn, arnOf('measure'));
    assert.deepEqual(job.Environment, request('measure', bench.roleArn).Environment);
    assert.deepEqual(job.ProcessingOutputConfig?.Outputs, [{ AppManaged: false, ...output('evaluation/measure') }]);
    assert.ok(job.CreationTime && job.ProcessingStartTime && job.ProcessingEndTime);
    assert.ok(job.CreationTime <= job.ProcessingStartTime && job.ProcessingStartTime <= job.ProcessingEndTime);
    assert.equal(job.FailureReason, undefined);
    const evaluation = JSON.parse(Buffer.from(await bench.read('evaluation/measure/evaluation.json')).toString());
    assert.equal(evaluation.decision, 'passed');
    assert.ok(evaluation.rows[0].value > 0 && evaluation.rows[0].value < 100);
  });

  it('stop what waits for its place, and answer a second stop', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `queue-${i}`);
    for (const name of names) await create(name);
    await stop('queue-4');
    assert.equal((await jobEnd(bench.sagemaker, 'queue-4')).ProcessingJobStatus, 'Stopped');
    for (const name of names.slice(0, 4)) {
      assert.equal((await jobEnd(bench.sagemaker, name)).ProcessingJobStatus, 'Completed');
    }
  });

  it('list: filters, order and pages', async () => {
    for (const name of ['list-b', 'list-a']) await run(name);
    await run('list-c', { Environment: {} });
    const list = async (asked: object) => {
      const names: string[][] = [];
      for await (const page of paginateListProcessingJobs(
        { client: bench.sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...asked },
      )) {
        names.push((page.ProcessingJobSummaries ?? []).map((job) => job.ProcessingJobName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [['list-b', 'list-a'], ['list-c']]);
    assert.deepEqual(await list({ SortOrder: 'Descending' }), [['list-c', 'list-a'], ['list-b']]);
    assert.deepEqual(await list({ SortBy: 'Name' }), [['list-a', 'list-b'], ['list-c']]);
    assert.deepEqual(await list({ StatusEquals: 'Failed' }), [['list-c']]);
    const { CreationTime: time } = await describeJob('list-a');
    assert.deepEqual(await list({ CreationTimeBefore: time }), [['list-b', 'list-a']]);
    assert.deepEqual(await list({ CreationTimeAfter: time }), [['list-a', 'list-c']]);
    const { ProcessingJobSummaries: [failed] = [] } = await bench.sagemaker.send(
      new ListProcessingJobsCommand({ NameContains: 'list-c' }),
    );
    assert.deepEqual([failed?.ProcessingJobArn, failed?.ProcessingJobStatus], [arnOf('list-c'), 'Failed']);
    assert.match(failed?.FailureReason ?? '', /EVALUATE_PROBLEM_TYPE/);
  });
});

describe('processing jobs refuse', () => {
  const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });

  it('a name that is taken, and jobs that are not there', async () => {
    await run('taken');
    await assert.rejects(create('taken'), {
      name: 'ResourceInUse',
      message: `Processing Job names must be unique within an AWS account and region, and a processing job with this name already exists (${arnOf('taken')})`,
    });
    await assert.rejects(
      stop('taken'),
      validation('The request was rejected because the processing job is in status Completed.'),
    );
    await assert.rejects(describeJob('nobody'), validation('Requested resource not found.'));
    await assert.rejects(stop('nobody'), validation('Requested resource not found.'));
  });

  const first = input('model', 'train/');
  const config = { InstanceCount: 1, InstanceType: 'ml.m5.large' as const, VolumeSizeInGB: 1 };
  for (const [what, changes, message] of [
    ['an image that nobody knows', { AppSpecification: { ImageUri: 'example.com/own:1' } }, 'no runtime for image example.com/own:1; known for processing: clary/evaluate'],
    ['a program of one’s own', { AppSpecification: { ImageUri: 'clary/evaluate', ContainerEntrypoint: ['sh'] } }, 'AppSpecification.ContainerEntrypoint and ContainerArguments for clary/evaluate is not supported by Clary yet.'],
    ['two instances', { ProcessingResources: { ClusterConfig: { ...config, InstanceCount: 2 } } }, 'InstanceCount other than 1 is not supported by Clary yet.'],
    ['a path outside of the container’s', { ProcessingInputs: [{ ...first, S3Input: { ...first.S3Input, LocalPath: '/opt/ml/processing/../../etc' } }] }, 'LocalPath /opt/ml/processing/../../etc must be a path below /opt/ml/processing.'],
    ['a place that is not in S3', { ProcessingInputs: [{ ...first, S3Input: { ...first.S3Input, S3Uri: 'https://example.com/x' } }] }, 'Invalid S3 URI: https://example.com/x'],
    ['a role that is not there', { RoleArn: 'arn:aws:iam::000000000000:role/nobody' }, "Could not assume role arn:aws:iam::000000000000:role/nobody. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."],
  ] as [string, Partial<CreateProcessingJobCommandInput>, string][]) {
    it(what, () => assert.rejects(create('refused', changes), validation(message)));
  } // biome-ignore format: a table
});

describe('processing jobs end Failed and say why', () => {
  it('for a prefix where nothing is', async () => {
    const job = await run('nothing', { ProcessingInputs: [input('model', 'nothing/')] });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.equal(
      job.FailureReason,
      `ClientError: Data download failed:No S3 objects found under S3 URL "s3://${bucket}/nothing/" given in input data source. Please ensure that the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role "${bench.roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
    );
  });

  it('for a role that may not write', async () => {
    const RoleArn = await bench.role('reader', [useBucket[0] ?? {}, { ...useBucket[1], Action: 's3:GetObject' }]);
    const job = await run('reader', { RoleArn });
    assert.match(job.FailureReason ?? '', /^ClientError: Artifact upload failed: AccessDenied: .*"s3:PutObject"/);
  });

  it('for an artifact that is none', async () => {
    await bench.put('broken/model.tar.gz', 'this is no archive');
    const job = await run('broken', {
      ProcessingInputs: [input('model', 'broken/model.tar.gz'), input('test', 'train/')],
    });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /model\.tar\.gz/);
  });
});

describe('processing jobs survive', () => {
  it('a kill of the server while they run and wait', async () => {
    await using killed = await startPlatformProcess({ flags: ['--job-cores', '2'] });
    const own = await openWorkbench(killed, { maxAttempts: 8 });
    await own.train('base');
    for (const name of ['one', 'two'])
      await own.sagemaker.send(new CreateProcessingJobCommand(request(name, own.roleArn)));
    await killed.kill9();
    await killed.restart();
    for (const name of ['one', 'two']) {
      const job = await jobEnd(own.sagemaker, name);
      assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
      assert.ok((await own.read(`evaluation/${name}/evaluation.json`)).length > 0);
    }
  });
});
