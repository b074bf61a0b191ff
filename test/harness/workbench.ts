/** What tests of SageMaker's operations stand on: a bucket, a role that may use it and nothing else, tiny data, and requests that are complete. */
import { readdir, readFile } from 'node:fs/promises';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListEndpointsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { until } from '../../examples/workflow/stage.ts';
import type { TestPlatform } from './platform.ts';

export const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
export const bucket = 'workbench';

/** The label first, then two features. */
const tinyCsv = Array.from({ length: 20 }, (_, i) => `${i % 5},${i % 5},${i % 3}`).join('\n');

const policy = (statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
export const useBucket = [
  allow('s3:ListBucket', `arn:aws:s3:::${bucket}`),
  allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::${bucket}/*`),
];

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>;

/** `options` go to every client: attempts, for a platform that is killed meanwhile. */
export async function openWorkbench(platform: TestPlatform, options: { maxAttempts?: number } = {}) {
  const s3 = platform.client(S3Client, options);
  const iam = platform.client(IAMClient, options);
  const sagemaker = platform.client(SageMakerClient, options);
  const runtime = platform.client(SageMakerRuntimeClient, options);

  const put = (key: string, body: string | Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));

  async function read(key: string): Promise<Uint8Array> {
    const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await body?.transformToByteArray()) ?? new Uint8Array();
  }

  /** A role that SageMaker may take. Answers its ARN. */
  async function role(name: string, statements: object[]): Promise<string> {
    const trust = [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }];
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument: policy(statements) }));
    return `arn:aws:iam::${platform.account}:role/${name}`;
  }

  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await put('train/data.csv', tinyCsv);
  const roleArn = await role('worker', useBucket);

  const trainingJob = (
    name: string,
    changes: Partial<CreateTrainingJobCommandInput> = {},
  ): CreateTrainingJobCommandInput => ({
    TrainingJobName: name,
    RoleArn: roleArn,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: { num_round: '3' },
    InputDataConfig: [channel('train')],
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/model` },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    ...changes,
  });

  const jobEnd = (name: string, timeoutMs?: number) =>
    until(
      `the end of ${name}`,
      async () => {
        const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
        return job.TrainingJobStatus === 'InProgress' || job.TrainingJobStatus === 'Stopping' ? undefined : job;
      },
      timeoutMs,
    );

  /** Runs a job to its end, whatever that is. */
  async function train(name: string, changes: Partial<CreateTrainingJobCommandInput> = {}) {
    await sagemaker.send(new CreateTrainingJobCommand(trainingJob(name, changes)));
    const seconds = changes.StoppingCondition?.MaxRuntimeInSeconds ?? 0;
    return jobEnd(name, Math.max(120, seconds) * 1000);
  }

  const endpointWhen = (name: string, ...statuses: string[]) =>
    until(`endpoint ${name} ${statuses}`, async () => {
      const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
      return statuses.includes(endpoint.EndpointStatus ?? '') ? endpoint : undefined;
    });

  const createModel = (name: string, modelDataUrl: string | undefined) =>
    sagemaker.send(
      new CreateModelCommand({
        ModelName: name,
        ExecutionRoleArn: roleArn,
        PrimaryContainer: { Image: image, ModelDataUrl: modelDataUrl },
      }),
    );

  const createConfig = (
    name: string,
    modelName: string,
    changes: Partial<CreateEndpointConfigCommandInput> = {},
    instances = 1,
  ) =>
    sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: name,
        ProductionVariants: [variant('AllTraffic', modelName, { InitialInstanceCount: instances })],
        ...changes,
      }),
    );

  /** An endpoint of a configuration that is there; answers how it ended up. */
  async function deploy(name: string, configName: string) {
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: configName }));
    return endpointWhen(name, 'InService', 'Failed');
  }

  async function predict(endpointName: string, row = '4,1'): Promise<string> {
    const answer = await runtime.send(
      new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Body: row }),
    );
    return answer.Body.transformToString();
  }

  /** Ends every endpoint; without this the processes of the models outlive their platform, as they should. */
  async function withdraw(): Promise<void> {
    await until('the end of all endpoints', async () => {
      const { Endpoints: endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({ MaxResults: 100 }));
      for (const { EndpointName, EndpointStatus } of endpoints) {
        if (EndpointStatus !== 'Deleting') await sagemaker.send(new DeleteEndpointCommand({ EndpointName }));
      }
      return endpoints.length === 0 ? true : undefined;
    });
  }

  return {
    platform,
    s3,
    iam,
    sagemaker,
    runtime,
    roleArn,
    put,
    read,
    role,
    trainingJob,
    jobEnd,
    train,
    endpointWhen,
    createModel,
    createConfig,
    deploy,
    predict,
    withdraw,
  };
}

export const channel = (name: string, prefix = `${name}/`) => ({
  ChannelName: name,
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${bucket}/${prefix}` } },
});

export const variant = (name: string, modelName: string, changes: object = {}) => ({
  VariantName: name,
  ModelName: modelName,
  InstanceType: 'ml.m5.large' as const,
  InitialInstanceCount: 1,
  ...changes,
});

/** Rows enough that a round takes milliseconds: a job with many rounds runs until it is stopped. */
export const slowCsv = () =>
  Array.from({ length: 4000 }, (_, i) => [i % 97, ...[3, 5, 7, 11, 13, 17].map((n) => (i * n) % 101)].join(',')).join(
    '\n',
  );

/** The processes that serve models of this platform. */
export async function replicaPids({ dataDir }: TestPlatform): Promise<number[]> {
  const pids: number[] = [];
  for (const pid of await readdir('/proc')) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words[0]?.endsWith('node') && words.includes('serve') && words.some((word) => word.startsWith(dataDir))) {
      pids.push(Number(pid));
    }
  }
  return pids;
}
