/** The workflow, driven by clients that are not ours and not JavaScript: boto3 (and Python's XGBoost), Debian's AWS CLI. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { learnersCsv } from '../../examples/exam-score/learners.ts';
import { prepare } from '../../examples/exam-score/prepare.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';

const execute = promisify(execFile);
let platform: TestPlatform;
let folder: string;
before(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(join(tmpdir(), 'clary-clients-'));
  const prepared = prepare(learnersCsv(3000, 11), 11);
  await writeFile(join(folder, 'train.csv'), prepared.train);
  await writeFile(join(folder, 'validation.csv'), prepared.validation);
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const environment = () => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...platform.environment,
});

/** Set by scripts/set-up.ts. */
function prepared(name: 'CLARY_TEST_PYTHON' | 'CLARY_TEST_AWS'): string {
  const program = process.env[name];
  assert.ok(program, `${name} is not set: run the tests by npm test, which prepares what they need`);
  return program;
}

describe('boto3 does', () => {
  test('runs the whole workflow, and Python predicts what the endpoint predicts', async () => {
    const script = fileURLToPath(new URL('./exam_score.py', import.meta.url));
    const { stdout } = await execute(prepared('CLARY_TEST_PYTHON'), [script, folder], { env: environment() });
    const seen = JSON.parse(stdout);
    assert.equal(seen.status, 'Completed');
    assert.deepEqual(seen.metrics, ['train:rmse', 'validation:rmse']);
    assert.equal(seen.logged, true);
    assert.ok(seen.greatest_difference <= 1e-6, `differs by ${seen.greatest_difference}`);
    assert.match(
      seen.captured,
      /^captured\/boto3-workflow\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
    );
    assert.deepEqual(seen.invocations, [1]);
  });
});

describe('boto3 does', () => {
  // Nobody asked for Version 4: it takes 2.
  for (const [version, signature] of [
    ['s3v4', 4],
    ['', 2],
  ] as const)
    test(`presigned URLs and forms of Signature Version ${signature}`, async () => {
      const script = fileURLToPath(new URL('./presigned.py', import.meta.url));
      const { stdout } = await execute(prepared('CLARY_TEST_PYTHON'), [script, version], { env: environment() });
      const expected = { put: 200, get: 'by boto3', head: 200, post: 204, posted: 'by a form', delete: 204 };
      assert.deepEqual(JSON.parse(stdout), { signature, ...expected });
    });
});

describe("Debian's AWS CLI does", () => {
  const aws = async (...args: string[]) => {
    const { stdout } = await execute(
      prepared('CLARY_TEST_AWS'),
      ['--endpoint-url', platform.endpoint, '--output', 'json', ...args],
      {
        env: environment(),
      },
    );
    return stdout;
  };
  const file = async (name: string, value: unknown) => {
    await writeFile(join(folder, name), JSON.stringify(value));
    return `file://${join(folder, name)}`;
  };
  const until = async (ask: () => Promise<boolean>) => {
    const deadline = performance.now() + 60_000;
    while (!(await ask())) assert.ok(performance.now() < deadline, 'the state was not reached within a minute');
  };

  test('buckets, copies, listings and syncs', async () => {
    await aws('s3', 'mb', 's3://cli-workflow');
    await aws('s3', 'cp', join(folder, 'train.csv'), 's3://cli-workflow/processed/train/train.csv');
    assert.match(await aws('s3', 'ls', 's3://cli-workflow/processed/train/'), /train\.csv/);
    const presigned = await fetch((await aws('s3', 'presign', 's3://cli-workflow/processed/train/train.csv')).trim());
    assert.equal(await presigned.text(), await readFile(join(folder, 'train.csv'), 'utf8'));
    await mkdir(join(folder, 'back'));
    await aws('s3', 'sync', 's3://cli-workflow/processed', join(folder, 'back'));
    assert.equal(
      await readFile(join(folder, 'back/train/train.csv'), 'utf8'),
      await readFile(join(folder, 'train.csv'), 'utf8'),
    );
  });

  test('a role, a training job, a model, an endpoint and a prediction', async () => {
    const trust = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const made = await aws(
      'iam',
      'create-role',
      '--role-name',
      'cli-workflow',
      '--assume-role-policy-document',
      await file('trust.json', trust),
    );
    const roleArn = JSON.parse(made).Role.Arn as string;
    await aws(
      'iam',
      'attach-role-policy',
      '--role-name',
      'cli-workflow',
      '--policy-arn',
      'arn:aws:iam::aws:policy/AmazonS3FullAccess',
    );
    const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
    const source = { S3DataType: 'S3Prefix', S3Uri: 's3://cli-workflow/processed/train/' };
    const request = {
      TrainingJobName: 'cli-workflow',
      RoleArn: roleArn,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
      HyperParameters: { num_round: '20' },
      InputDataConfig: [{ ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource: source } }],
      OutputDataConfig: { S3OutputPath: 's3://cli-workflow/model' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    };
    await aws('sagemaker', 'create-training-job', '--cli-input-json', await file('train.json', request));
    const job = async () =>
      JSON.parse(await aws('sagemaker', 'describe-training-job', '--training-job-name', 'cli-workflow'));
    await until(async () => (await job()).TrainingJobStatus !== 'InProgress');
    const { ModelArtifacts: artifacts, TrainingJobStatus: status } = await job();
    assert.equal(status, 'Completed');
    const container = { Image: image, ModelDataUrl: artifacts.S3ModelArtifacts };
    await aws(
      'sagemaker',
      'create-model',
      '--model-name',
      'cli-workflow',
      '--execution-role-arn',
      roleArn,
      '--primary-container',
      JSON.stringify(container),
    );
    const variant = [
      { VariantName: 'AllTraffic', ModelName: 'cli-workflow', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
    ];
    await aws(
      'sagemaker',
      'create-endpoint-config',
      '--endpoint-config-name',
      'cli-workflow',
      '--production-variants',
      JSON.stringify(variant),
    );
    await aws(
      'sagemaker',
      'create-endpoint',
      '--endpoint-name',
      'cli-workflow',
      '--endpoint-config-name',
      'cli-workflow',
    );
    const endpoint = async () =>
      JSON.parse(await aws('sagemaker', 'describe-endpoint', '--endpoint-name', 'cli-workflow')).EndpointStatus;
    await until(async () => (await endpoint()) !== 'Creating');
    assert.equal(await endpoint(), 'InService');
    await writeFile(join(folder, 'row.csv'), '3,1,60,5');
    const answer = join(folder, 'answer.csv');
    await aws(
      'sagemaker-runtime',
      'invoke-endpoint',
      '--endpoint-name',
      'cli-workflow',
      '--content-type',
      'text/csv',
      '--body',
      `fileb://${join(folder, 'row.csv')}`,
      answer,
    );
    const score = Number(await readFile(answer, 'utf8'));
    assert.ok(score >= 100 && score <= 1000, `predicted ${score}`);
    await aws('sagemaker', 'delete-endpoint', '--endpoint-name', 'cli-workflow');
  });
});
