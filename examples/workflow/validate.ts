/** The gate: a processing job measures the model on data it has not seen and decides against thresholds. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker';
import { s3, sagemaker } from './clients.ts';
import type { Foundation } from './foundation.ts';
import { until } from './stage.ts';

/** For each metric the least or greatest value that passes; `above` and `below` exclude the bound itself. */
export type Thresholds = Record<string, { min?: number; max?: number; above?: number; below?: number }>;

export interface Verdict {
  readonly jobArn: string;
  readonly evaluationUri: string;
  /** A page with plots, for people. */
  readonly reportUri: string;
  readonly passed: boolean;
  /** The table metric / value / required / passed, a line each. */
  readonly table: readonly string[];
}

interface Evaluation {
  decision: 'passed' | 'failed';
  rows: { metric: string; value: number; required: string; passed: boolean }[];
}

export async function validate(
  { bucket, roleArn }: Foundation,
  jobName: string,
  modelDataUrl: string,
  problemType: 'regression' | 'binary' | 'multiclass',
  thresholds: Thresholds,
  names: { classes?: readonly string[]; features?: readonly string[] } = {},
): Promise<Verdict> {
  const input = (name: string, uri: string, folder: string) => ({
    InputName: name,
    S3Input: {
      S3Uri: uri,
      LocalPath: `/opt/ml/processing/${folder}`,
      S3DataType: 'S3Prefix' as const,
      S3InputMode: 'File' as const,
    },
  });
  const output = `s3://${bucket}/evaluation/${jobName}`;
  await sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: jobName,
      RoleArn: roleArn,
      AppSpecification: { ImageUri: 'clary/evaluate:1' },
      Environment: {
        EVALUATE_PROBLEM_TYPE: problemType,
        EVALUATE_THRESHOLDS: JSON.stringify(thresholds),
        ...(names.classes && { EVALUATE_CLASSES: JSON.stringify(names.classes) }),
        ...(names.features && { EVALUATE_FEATURES: JSON.stringify(names.features) }),
      },
      ProcessingInputs: [
        input('model', modelDataUrl, 'model'),
        input('test', `s3://${bucket}/processed/validation/`, 'test'),
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'evaluation',
            S3Output: { S3Uri: output, LocalPath: '/opt/ml/processing/evaluation', S3UploadMode: 'EndOfJob' },
          },
        ],
      },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 } },
    }),
  );
  const job = await until(`processing job ${jobName}`, async () => {
    const description = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: jobName }));
    return description.ProcessingJobStatus === 'InProgress' ? undefined : description;
  });
  if (job.ProcessingJobStatus !== 'Completed') throw new Error(`${job.ProcessingJobStatus}: ${job.FailureReason}`);
  const key = `evaluation/${jobName}/evaluation.json`;
  const stored = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const evaluation = JSON.parse((await stored.Body?.transformToString()) ?? '') as Evaluation;
  return {
    jobArn: job.ProcessingJobArn ?? '',
    evaluationUri: `s3://${bucket}/${key}`,
    reportUri: `${output}/report.html`,
    passed: evaluation.decision === 'passed',
    table: tableOf(evaluation),
  };
}

function tableOf({ rows, decision }: Evaluation): string[] {
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd([18, 10, 12, 6][i] ?? 0)).join('  ');
  return [
    line(['metric', 'value', 'required', 'passed']),
    ...rows.map((row) => line([row.metric, row.value.toFixed(4), row.required, row.passed ? 'yes' : 'no'])),
    `decision: ${decision}`,
  ];
}
