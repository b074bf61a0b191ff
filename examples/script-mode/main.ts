/**
 * Your own scikit-learn script, trained by script mode: the source archive in S3, the framework's image, hyperparameters as arguments.
 * Run it against a platform that runs: `npx clary demo script-mode`, or `eval "$(npx clary env)"; npx clary-node examples/script-mode/main.ts`.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { s3, sagemaker } from '../workflow/clients.ts';
import { layFoundation } from '../workflow/foundation.ts';
import { stage, until } from '../workflow/stage.ts';

const { bucket, roleArn } = await layFoundation('script-mode');
const TrainingJobName = `script-mode-${Date.now()}`;
const source = `s3://${bucket}/${TrainingJobName}/source/sourcedir.tar.gz`;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await stage('Bring data and script', async () => {
  const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await put('iris/iris.csv', await readFile(here('../iris/iris.csv')));
  // As the SageMaker Python SDK packs `source_dir`.
  const options = { encoding: 'buffer' as const };
  const { stdout } = await promisify(execFile)('tar', ['-czf', '-', '-C', here('source'), '.'], options);
  await put(new URL(source).pathname.slice(1), stdout);
  return { did: '150 flowers, one script', resources: [source] };
});

await stage('Train', async () => {
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName,
      RoleArn: roleArn,
      AlgorithmSpecification: {
        TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
        TrainingInputMode: 'File',
      },
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source, trees: '50' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/iris/` } },
        },
      ],
      OutputDataConfig: { S3OutputPath: `s3://${bucket}/model` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );
  // The first job makes the environment, which takes a minute and a package index.
  const ended = async () => {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return job.TrainingJobStatus === 'InProgress' ? undefined : job;
  };
  const job = await until(`training job ${TrainingJobName}`, ended, 600_000);
  if (job.TrainingJobStatus !== 'Completed') throw new Error(job.FailureReason);
  const metrics = (job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => `${MetricName} ${Value?.toFixed(3)}`);
  return { did: metrics.join(', '), resources: [job.TrainingJobArn ?? '', job.ModelArtifacts?.S3ModelArtifacts ?? ''] };
});
