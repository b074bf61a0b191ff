/**
 * CloudWatch: the table of its operations.
 *
 * Gaps:
 * - Metric math, Metrics Insights, cross-account queries and entities are refused with ValidationError or InvalidParameterValue.
 * - Percentiles are the only extended statistics.
 * - Alarms, dashboards, insights and streams answer 501.
 * - Data does not expire.
 *
 * Differs from AWS by design:
 * - Queries return a value at once.
 * - Percentiles are exact (nearest rank) while a bucket's single values are few enough to keep, and absent beyond that.
 * - Without a Unit, GetMetricData mixes the units of a metric.
 *
 * Client quirks:
 * - The JavaScript SDK uses aws-json, botocore uses query or CBOR; the operations do not depend on the protocol.
 */
import { defineService, type Service } from '../../contract/service.ts';
import type { CloudWatchDeps } from './deps.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';
import { putMetricData } from './put-metric-data.ts';

export function cloudWatchService(deps: CloudWatchDeps): Service {
  return defineService('cloudwatch', deps, {
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    ListMetrics: listMetrics,
    PutMetricData: putMetricData,
  });
}
