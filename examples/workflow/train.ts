/** Trains the built-in XGBoost on CSV files in S3 and waits for the model. */
import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { sagemaker } from './clients.ts';
import type { Foundation } from './foundation.ts';
import { until } from './stage.ts';

/** The image of SageMaker's XGBoost 1.7-1 in us-east-1. Clary goes by repository and tag and runs its own. */
export const xgboostImage = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';

export interface Trained {
  readonly jobArn: string;
  readonly modelDataUrl: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly states: readonly string[];
}

export async function train(
  { bucket, roleArn }: Foundation,
  jobName: string,
  hyperParameters: Record<string, string>,
): Promise<Trained> {
  const channel = (name: string) => ({
    ChannelName: name,
    ContentType: 'text/csv',
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: `s3://${bucket}/processed/${name}/`,
        S3DataDistributionType: 'FullyReplicated' as const,
      },
    },
  });
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: jobName,
      RoleArn: roleArn,
      AlgorithmSpecification: { TrainingImage: xgboostImage, TrainingInputMode: 'File' },
      HyperParameters: hyperParameters,
      InputDataConfig: [channel('train'), channel('validation')],
      OutputDataConfig: { S3OutputPath: `s3://${bucket}/model` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  );
  const job = await until(`training job ${jobName}`, async () => {
    const description = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName }));
    return description.TrainingJobStatus === 'InProgress' || description.TrainingJobStatus === 'Stopping'
      ? undefined
      : description;
  });
  if (job.TrainingJobStatus !== 'Completed') throw new Error(`${job.TrainingJobStatus}: ${job.FailureReason}`);
  return {
    jobArn: job.TrainingJobArn ?? '',
    modelDataUrl: job.ModelArtifacts?.S3ModelArtifacts ?? '',
    metrics: Object.fromEntries(
      (job.FinalMetricDataList ?? []).map((metric) => [metric.MetricName ?? '', metric.Value ?? Number.NaN]),
    ),
    states: (job.SecondaryStatusTransitions ?? []).map((transition) => transition.Status ?? ''),
  };
}
