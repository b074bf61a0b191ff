/**
 * Preprocessing by your own script, as the Python SDK's SKLearnProcessor requests it: the script is an input, data is another, and what it writes becomes
 * outputs. Run it against a platform that runs: `npx clary demo preprocess`, or `eval "$(npx clary env)"; npx clary-node examples/preprocess/main.ts`.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker';
import { s3, sagemaker } from '../workflow/clients.ts';
import { layFoundation } from '../workflow/foundation.ts';
import { stage, until } from '../workflow/stage.ts';

const { bucket, roleArn } = await layFoundation('preprocess');
const ProcessingJobName = `preprocess-${Date.now()}`;
const place = (path: string) => `s3://${bucket}/${ProcessingJobName}/${path}`;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await stage('Bring data and script', async () => {
  const put = (uri: string, Body: Buffer) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: new URL(uri).pathname.slice(1), Body }));
  await put(place('raw/iris.csv'), await readFile(here('../iris/iris.csv')));
  await put(place('code/prepare.py'), await readFile(here('prepare.py')));
  return { did: '150 flowers, one script', resources: [place('raw/iris.csv'), place('code/prepare.py')] };
});

const input = (InputName: string, path: string) => ({
  InputName,
  S3Input: {
    S3Uri: place(path),
    LocalPath: `/opt/ml/processing/input/${InputName}`,
    S3DataType: 'S3Prefix' as const,
    S3InputMode: 'File' as const,
  },
});
const output = (OutputName: string) => ({
  OutputName,
  S3Output: {
    S3Uri: place(OutputName),
    LocalPath: `/opt/ml/processing/${OutputName}`,
    S3UploadMode: 'EndOfJob' as const,
  },
});

await stage('Process', async () => {
  await sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName,
      RoleArn: roleArn,
      AppSpecification: {
        ImageUri: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
        ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/prepare.py'],
        ContainerArguments: ['--test-share', '0.2'],
      },
      ProcessingInputs: [input('code', 'code/'), input('raw', 'raw/')],
      ProcessingOutputConfig: { Outputs: [output('train'), output('test')] },
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );
  // The first job makes the environment, which takes a minute and a package index.
  const ended = async () => {
    const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
    return job.ProcessingJobStatus === 'InProgress' ? undefined : job;
  };
  const job = await until(`processing job ${ProcessingJobName}`, ended, 600_000);
  if (job.ProcessingJobStatus !== 'Completed') throw new Error(job.FailureReason);
  return { did: job.ExitMessage ?? '', resources: [job.ProcessingJobArn ?? '', place('train'), place('test')] };
});

await stage('Look', async () => {
  const key = new URL(place('train/iris.csv')).pathname.slice(1);
  const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const rows = (await body?.transformToString())?.trim().split('\n') ?? [];
  return { did: `${rows.length} scaled rows to train with`, shows: rows.slice(0, 2) };
});
