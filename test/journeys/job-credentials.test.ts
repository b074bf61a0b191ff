/**
 * Code in a job finds the platform and its role's credentials by the environment alone, as on SageMaker. Done here with the variables that a
 * running job really has, by an AWS SDK that is told nothing else.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';

const bucket = 'job-credentials';
const role = 'job-credentials-role';
const statement = (rest: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rest }] });
/** SageMaker, for one job only. */
const trust = (job: string) =>
  statement({
    Action: 'sts:AssumeRole',
    Principal: { Service: 'sagemaker.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': job } },
  });
let platform: PlatformProcess;
let rows: string;
let environment: Record<string, string>;

before(async () => {
  platform = await startPlatformProcess();
  const s3 = platform.client(S3Client);
  const iam = platform.client(IAMClient);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  rows = Array.from({ length: 200 }, (_, i) => `${i % 7},${i},${i % 13}`).join('\n');
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'train/train.csv', Body: rows }));
  await iam.send(
    new CreateRoleCommand({
      RoleName: role,
      AssumeRolePolicyDocument: trust(`arn:aws:sagemaker:${platform.region}:${platform.account}:training-job/long`),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: role,
      PolicyName: 'read',
      PolicyDocument: statement({
        Action: ['s3:ListBucket', 's3:GetObject'],
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      }),
    }),
  );
  await platform.client(SageMakerClient).send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'long',
      RoleArn: `arn:aws:iam::${platform.account}:role/${role}`,
      AlgorithmSpecification: { TrainingImage: 'sagemaker-xgboost:1.7-1', TrainingInputMode: 'File' },
      // Still running when the tests are over.
      HyperParameters: { num_round: '1000000' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          ContentType: 'text/csv',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/train/` } },
        },
      ],
      OutputDataConfig: { S3OutputPath: `s3://${bucket}/model` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );
  environment = await environmentOfJob(platform.dataDir);
});
after(async () => {
  const sagemaker = platform.client(SageMakerClient);
  const job = { TrainingJobName: 'long' };
  await sagemaker.send(new StopTrainingJobCommand(job)).catch(() => {});
  // A job outlives its server: it has to have ended before the platform goes.
  for (let status: string | undefined = 'Stopping'; status === 'Stopping' || status === 'InProgress'; ) {
    status = (await sagemaker.send(new DescribeTrainingJobCommand(job))).TrainingJobStatus;
  }
  await platform[Symbol.asyncDispose]();
});

/** The variables of the only training job's process, once it runs. */
async function environmentOfJob(dataDir: string): Promise<Record<string, string>> {
  const runs = join(dataDir, 'runs', 'training');
  for (;;) {
    const [run] = await readdir(runs).catch(() => []);
    const pid = run && (await readFile(join(runs, run, 'algo-1', 'pid'), 'utf8').catch(() => undefined));
    if (!pid) continue;
    const pairs = (await readFile(`/proc/${pid.split(' ')[0]}/environ`, 'utf8')).split('\0');
    const variables = pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    // Between fork and exec the process is still its supervisor.
    if (variables.some(([name]) => name === 'AWS_ENDPOINT_URL')) return Object.fromEntries(variables);
  }
}

const program = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
const s3 = new S3Client({ forcePathStyle: true, maxAttempts: 1 });
const where = { Bucket: '${bucket}', Key: 'train/train.csv' };
const told = { region: await s3.config.region() };
try {
  told.arn = (await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}))).Arn;
  told.bytes = (await (await s3.send(new GetObjectCommand(where))).Body.transformToByteArray()).length;
  await s3.send(new DeleteObjectCommand(where));
} catch (error) {
  told.error = error.name;
}
console.log(JSON.stringify(told));
`;

async function inJob(variables: Record<string, string>): Promise<Record<string, unknown>> {
  const options = { env: variables, cwd: import.meta.dirname };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], options);
  return JSON.parse(stdout);
}

describe('does', () => {
  test('an SDK in a job acts as the job’s role, and may do what the role may', async () => {
    assert.deepEqual(await inJob(environment), {
      region: platform.region,
      arn: `arn:aws:sts::${platform.account}:assumed-role/${role}/SageMaker`,
      bytes: rows.length,
      error: 'AccessDenied',
    });
  });

  test('nothing of the administrator’s is in the environment of a job', () => {
    const values = Object.values(environment).join('\n');
    assert.ok(!values.includes(platform.credentials.secretAccessKey));
    assert.equal(environment.AWS_ACCESS_KEY_ID, undefined);
  });
});

describe('refuses', () => {
  test('a token that was not given out here', async () => {
    for (const token of ['', 'bogus', `${environment.AWS_CONTAINER_AUTHORIZATION_TOKEN}A`.slice(4)]) {
      const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', {
        headers: { authorization: token },
      });
      assert.equal(answer.status, 403);
      assert.deepEqual(await answer.json(), { code: 'AccessDenied', message: 'This token is not valid.' });
    }
  });
});

describe('survives', () => {
  test('kill -9 of the server: the job’s token still opens its credentials, and those given before still work', async () => {
    const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', {
      headers: { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' },
    });
    const { AccessKeyId = '', SecretAccessKey = '', Token = '' } = (await answer.json()) as Record<string, string>;
    await platform.kill9();
    await platform.restart();
    const arn = `arn:aws:sts::${platform.account}:assumed-role/${role}/SageMaker`;
    assert.equal((await inJob(environment)).arn, arn);
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: _, ...rest } = environment;
    const before = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: Token };
    assert.equal((await inJob({ ...rest, ...before })).arn, arn);
  });

  test('a role that does not trust the job any more: its token opens nothing until it does again', async () => {
    const iam = platform.client(IAMClient);
    const jobs = `arn:aws:sagemaker:${platform.region}:${platform.account}:training-job`;
    for (const [job, status] of [
      ['another', 403],
      ['long', 200],
    ] as const) {
      const PolicyDocument = trust(`${jobs}/${job}`);
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument }));
      const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', {
        headers: { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' },
      });
      assert.equal(answer.status, status);
    }
  });

  test('a deleted role: its token opens nothing, and credentials issued before are refused', async () => {
    const held = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', {
      headers: { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' },
    });
    const { AccessKeyId = '', SecretAccessKey = '', Token = '' } = (await held.json()) as Record<string, string>;
    const iam = platform.client(IAMClient);
    await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'read' }));
    await iam.send(new DeleteRoleCommand({ RoleName: role }));
    const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', {
      headers: { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' },
    });
    assert.equal(answer.status, 403);
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: _, ...rest } = environment;
    const before = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: Token };
    assert.equal((await inJob({ ...rest, ...before })).error, 'InvalidClientTokenId');
  });
});
