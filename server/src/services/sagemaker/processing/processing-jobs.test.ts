import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  type ProcessingOutput,
  paginateListProcessingJobs,
  type SageMakerClient,
  StopProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { scikitLearnImage } from '../../../../../test/harness/scripts.ts';
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

describe('processing jobs', () => {
  it('measures a model, describes and stores the result', async () => {
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

  it('stops a job that waits for capacity, and answers a second stop', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `queue-${i}`);
    for (const name of names) await create(name);
    await stop('queue-4');
    assert.equal((await jobEnd(bench.sagemaker, 'queue-4')).ProcessingJobStatus, 'Stopped');
    for (const name of names.slice(0, 4)) {
      assert.equal((await jobEnd(bench.sagemaker, name)).ProcessingJobStatus, 'Completed');
    }
  });

  it('lists: filters, order and pages', async () => {
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
  const many = (InstanceCount: number) => ({ ProcessingResources: { ClusterConfig: { ...config, InstanceCount } } });
  const sklearn = { ImageUri: scikitLearnImage, ContainerEntrypoint: ['python3', 'x.py'] };
  const s3 = (changes: object) => ({ ProcessingInputs: [{ ...first, S3Input: { ...first.S3Input, ...changes } }] });
  const outs = (...Outputs: ProcessingOutput[]) => ({ ProcessingOutputConfig: { Outputs } });
  const place = (changes: object) => outs({ ...output('x'), S3Output: { ...output('x').S3Output, ...changes } });
  for (const [what, changes, message] of [
    ['an image that nobody knows', { AppSpecification: { ImageUri: 'example.com/own:1' } }, /^no runtime for image example\.com\/own:1; known for processing: clary\/evaluate, sagemaker-scikit-learn:/],
    ['a program of one’s own in the gate', { AppSpecification: { ImageUri: 'clary/evaluate', ContainerEntrypoint: ['sh'] } }, 'AppSpecification.ContainerEntrypoint and ContainerArguments for clary/evaluate is not supported by Clary.'],
    ['a framework’s image without a program', { AppSpecification: { ImageUri: scikitLearnImage } }, `Image ${scikitLearnImage} has no program of its own for processing: name yours in AppSpecification.ContainerEntrypoint, for example ["python3", "/opt/ml/processing/input/code/script.py"], and bring it by an input.`],
    ['two instances of the gate', many(2), 'Image clary/evaluate:1 runs on one instance: set InstanceCount to 1, not 2.'],
    ['more instances than there are addresses', { ...many(65), AppSpecification: sklearn }, 'More than 64 instances are not supported by Clary: asked for 65.'],
    ['instances that could not reach each other', { ...many(2), AppSpecification: sklearn, NetworkConfig: { EnableNetworkIsolation: true } }, 'EnableNetworkIsolation with 2 instances is not supported by Clary yet: they could not reach each other.'],
    ['a path that leads up', s3({ LocalPath: '/opt/ml/processing/../../etc' }), 'Input model: LocalPath "/opt/ml/processing/../../etc" is not a plain path.'],
    ['a relative path', s3({ LocalPath: 'input' }), 'Input model: LocalPath "input" is not an absolute path.'],
    ['a folder of the system', s3({ LocalPath: '/usr/lib/x' }), 'Input model: LocalPath "/usr/lib/x" is a folder that the job or its system uses for something else.'],
    ['a folder of the job', place({ LocalPath: '/opt/ml/config/' }), 'Output evaluation: LocalPath "/opt/ml/config/" is a folder that the job or its system uses for something else.'],
    ['an input without its path', s3({ LocalPath: undefined }), 'Input model: LocalPath is a required parameter when AppManaged is False.'],
    ['pipes', s3({ S3InputMode: 'Pipe' }), 'Input model: S3InputMode Pipe is not supported by Clary for processing jobs. Use File.'],
    ['Gzip without a pipe', s3({ S3CompressionType: 'Gzip' }), 'Input model: Gzip can only be used when Pipe mode is specified as the S3InputMode.'],
    ['Athena', { ProcessingInputs: [{ InputName: 'query', DatasetDefinition: { AthenaDatasetDefinition: { Catalog: 'c', Database: 'd', QueryString: 'q', OutputS3Uri: 's3://x/y', OutputFormat: 'PARQUET' as const } } }] }, 'Input query: DatasetDefinition (Athena and Redshift) is not supported by Clary. Export the query\'s result to S3 and use an S3Input.'],
    ['an input of nothing', { ProcessingInputs: [{ InputName: 'none' }] }, 'Input none needs an S3Input.'],
    ['two inputs of one name', { ProcessingInputs: [first, first] }, 'Input names must be unique; model is used more than once.'],
    ['two outputs of one name', outs(output('a'), output('b')), 'Output names must be unique; evaluation is used more than once.'],
    ['the feature store', outs({ OutputName: 'features', FeatureStoreOutput: { FeatureGroupName: 'group' } }), 'Output features: FeatureStoreOutput is not supported by Clary. Use an S3Output.'],
    ['a place that is not in S3', s3({ S3Uri: 'https://example.com/x' }), 'Invalid S3 URI: https://example.com/x'],
    ['an output that is not in S3', place({ S3Uri: 'https://example.com/x' }), 'Invalid S3 URI: https://example.com/x'],
    ['a role that is not there', { RoleArn: 'arn:aws:iam::000000000000:role/nobody' }, "Could not assume role arn:aws:iam::000000000000:role/nobody. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."],
  ] as [string, Partial<CreateProcessingJobCommandInput>, string | RegExp][]) {
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
