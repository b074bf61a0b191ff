/** A model in service: invoke it, read the captured data and its metrics. */
import { GetMetricStatisticsCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { cloudwatch, runtime, s3 } from './clients.ts';
import { until } from './stage.ts';

export async function predict(endpointName: string, features: readonly number[]): Promise<string> {
  const answer = await runtime.send(
    new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Body: features.join(',') }),
  );
  return answer.Body.transformToString().trim();
}

/** Waits for the first captured request. Returns its location and its line of JSON. */
export async function captured(bucket: string, endpointName: string): Promise<{ uri: string; line: string }> {
  const prefix = `captured/${endpointName}/AllTraffic/`;
  const key = await until('a captured request', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return page.Contents?.[0]?.Key;
  });
  const file = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await file.Body?.transformToString()) ?? '';
  return { uri: `s3://${bucket}/${key}`, line: text.split('\n')[0] ?? '' };
}

export interface MetricReading {
  readonly name: string;
  readonly sum: number;
  readonly average: number;
  readonly unit: StandardUnit | undefined;
}

/** The endpoint's metrics of the last ten minutes; waits until at least one invocation is counted. */
export async function readMetrics(endpointName: string, names: readonly string[]): Promise<MetricReading[]> {
  return Promise.all(
    names.map((name) =>
      until(`metric ${name}`, async () => {
        const now = Date.now();
        const { Datapoints: points = [] } = await cloudwatch.send(
          new GetMetricStatisticsCommand({
            Namespace: 'AWS/SageMaker',
            MetricName: name,
            Dimensions: [
              { Name: 'EndpointName', Value: endpointName },
              { Name: 'VariantName', Value: 'AllTraffic' },
            ],
            StartTime: new Date(now - 600_000),
            EndTime: new Date(now + 60_000),
            Period: 60,
            Statistics: ['Sum', 'SampleCount'],
          }),
        );
        if (points.length === 0) return undefined;
        const sum = points.reduce((total, point) => total + (point.Sum ?? 0), 0);
        const samples = points.reduce((total, point) => total + (point.SampleCount ?? 0), 0);
        return { name, sum, average: sum / samples, unit: points[0]?.Unit };
      }),
    ),
  );
}
