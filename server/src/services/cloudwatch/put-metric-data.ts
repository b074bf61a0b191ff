/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
import type { Call } from '../../contract/call.ts';
import type { CloudWatchOperation } from './deps.ts';
import { metricId, sortDimensions } from './metric.ts';
import { type MetricDescription, type Point, putMetrics, putPoints } from './metric-store.ts';
import { type Datum, readDatum } from './read-datum.ts';
import { mergeAll } from './summary.ts';

interface Gathered {
  readonly metrics: ReadonlyMap<string, MetricDescription>;
  readonly points: ReadonlyMap<string, Point>;
}

/** Merged already here: one row per bucket goes to the database. */
function gather(namespace: string, data: readonly Datum[], call: Call): Gathered {
  const metrics = new Map<string, MetricDescription>();
  const points = new Map<string, Point>();
  data.forEach((datum, at) => {
    const { summary, bucketAt, unit } = readDatum(datum, at, call);
    const { account, region } = call;
    const key = { account, region, namespace, name: datum.MetricName, dimensions: sortDimensions(datum.Dimensions) };
    const id = metricId(key);
    const lastAt = Math.max(bucketAt, metrics.get(id)?.lastAt ?? bucketAt);
    metrics.set(id, { ...key, id, lastAt });
    const pointKey = `${id} ${bucketAt} ${unit}`;
    const before = points.get(pointKey);
    points.set(pointKey, {
      metricId: id,
      bucketAt,
      unit,
      summary: before ? mergeAll([before.summary, summary]) : summary,
    });
  });
  return { metrics, points };
}

export const putMetricData: CloudWatchOperation<'PutMetricData'> = {
  audit: { data: true },
  access: (input) => [
    {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: input.Namespace ? { 'cloudwatch:namespace': input.Namespace } : undefined,
    },
  ],
  async handle(input, call, deps) {
    const { Namespace: namespace, MetricData: data } = input;
    // AWS keeps these namespaces to its own services; so does the platform.
    if (namespace.startsWith('AWS/') && call.principal.kind !== 'service') {
      throw call.error('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
    }
    if (input.EntityMetricData?.length) {
      throw call.error('InvalidParameterValue', 'The parameter EntityMetricData is not supported.');
    }
    if (!data?.length) throw call.error('MissingParameter', 'The parameter MetricData is required.');
    const { metrics, points } = gather(namespace, data, call);
    await deps.database.write([putMetrics([...metrics.values()]), putPoints([...points.values()])]);
    return {};
  },
};
