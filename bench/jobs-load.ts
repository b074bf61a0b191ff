/** Training jobs for the bench: made, waited for, and every one must end well. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Platform } from './platform.ts';

const bucket = 'bench-jobs';
const registry = '683313688378.dkr.ecr.us-east-1.amazonaws.com';

interface Job {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** From the request to the first answer with the status Completed. */
  readonly ms: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export async function openJobLoad({ url, environment }: Pick<Platform, 'url' | 'environment'>) {
  const options = {
    endpoint: url,
    region: 'us-east-1',
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    },
  };
  const iam = new IAMClient(options);
  const sagemaker = new SageMakerClient(options);
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const made = await iam.send(new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument: document(trust) }));
  const may = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  await iam.send(new PutRolePolicyCommand({ RoleName: 'bench', PolicyName: 's3', PolicyDocument: document(may) }));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));

  const put = (key: string, body: string | Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  let number = 0;

  async function runJob(changes: Partial<CreateTrainingJobCommandInput>): Promise<Job> {
    number += 1;
    const name = `bench-${number}`;
    const sentAt = Date.now();
    await sagemaker.send(
      new CreateTrainingJobCommand({
        TrainingJobName: name,
        RoleArn: made.Role?.Arn ?? '',
        AlgorithmSpecification: {
          TrainingImage: `${registry}/sagemaker-scikit-learn:1.2-1-cpu-py3`,
          TrainingInputMode: 'File',
        },
        OutputDataConfig: { S3OutputPath: `s3://${bucket}/out` },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        ...changes,
      }),
    );
    for (;;) {
      const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      if (job.TrainingJobStatus === 'Completed') {
        const metrics = (job.FinalMetricDataList ?? []).map(({ MetricName = '', Value = Number.NaN }) => [
          MetricName,
          Value,
        ]);
        return { sentAt, ms: Date.now() - sentAt, metrics: Object.fromEntries(metrics) };
      }
      if (job.TrainingJobStatus !== 'InProgress')
        throw new Error(`${name} ended ${job.TrainingJobStatus}: ${job.FailureReason}`);
      // A trivial job is polled often, for a precise time; a long one seldom, so that polling does not use its cores.
      await delay(Math.min(Math.max((Date.now() - sentAt) / 20, 10), 200));
    }
  }

  return {
    async putFile(key: string, file: string): Promise<void> {
      const { size } = await stat(file);
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(file), ContentLength: size }),
      );
    },

    /** Uploads a script as `<name>.tar.gz`, as the SDKs do. */
    async script(name: string, text: string): Promise<void> {
      const folder = await mkdtemp(join(tmpdir(), 'clary-script-'));
      await writeFile(join(folder, 'train.py'), text);
      await promisify(execFile)('tar', ['-czf', join(folder, 'source.tar.gz'), '-C', folder, 'train.py']);
      await put(`${name}.tar.gz`, await readFile(join(folder, 'source.tar.gz')));
      await rm(folder, { recursive: true });
    },

    job: (script: string) =>
      runJob({
        HyperParameters: {
          sagemaker_program: '"train.py"',
          sagemaker_submit_directory: JSON.stringify(`s3://${bucket}/${script}.tar.gz`),
        },
      }),

    builtIn: (prefix: string, hyperparameters: Record<string, string>) =>
      runJob({
        AlgorithmSpecification: { TrainingImage: `${registry}/sagemaker-xgboost:1.7-1`, TrainingInputMode: 'File' },
        HyperParameters: hyperparameters,
        InputDataConfig: [
          {
            ChannelName: 'train',
            ContentType: 'text/csv',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/${prefix}` } },
          },
        ],
      }),
  };
}
