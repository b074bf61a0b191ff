/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
import type { Datapoint, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { Call } from '../../contract/call.ts';
import type { Input } from '../../models/types.ts';
import type { CloudWatchOperation } from './deps.ts';
import { metricId, sortDimensions } from './metric.ts';
import { listPoints } from './metric-store.ts';
import { checkPeriod, groupByPeriod, roundStart, toSecond } from './series.ts';
import { type BasicStatistic, basicStatistic, percentile, readPercentile, type Summary } from './summary.ts';

type Request = Input<'cloudwatch', 'GetMetricStatistics'>;

const maxDatapoints = 1_440;

function check(input: Request, call: Call): void {
  checkPeriod(input.Period, call);
  if (!input.Statistics?.length && !input.ExtendedStatistics?.length) {
    throw call.error('InvalidParameterCombination', 'Must specify either Statistics or ExtendedStatistics.');
  }
  for (const name of input.ExtendedStatistics ?? []) {
    if (readPercentile(name) === undefined) {
      throw call.error('InvalidParameterValue', `The value ${name} for parameter ExtendedStatistics is invalid.`);
    }
  }
  if (toSecond(input.StartTime) >= toSecond(input.EndTime)) {
    throw call.error('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  const asked = Math.ceil((input.EndTime.getTime() - input.StartTime.getTime()) / (input.Period * 1000));
  if (asked > maxDatapoints) {
    throw call.error(
      'InvalidParameterCombination',
      `You have requested up to ${asked} datapoints, which exceeds the limit of ${maxDatapoints}. ` +
        'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    );
  }
}

/** Undefined if only percentiles were requested and none can be computed. */
function toDatapoint(input: Request, at: number, unit: string, summary: Summary): Datapoint | undefined {
  const basic = (input.Statistics ?? []).map((name) => [name, basicStatistic(summary, name as BasicStatistic)]);
  const extended = (input.ExtendedStatistics ?? []).flatMap((name) => {
    const value = percentile(summary, readPercentile(name) ?? 0);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (basic.length + extended.length === 0) return undefined;
  return {
    Timestamp: new Date(at),
    Unit: unit as StandardUnit,
    ...Object.fromEntries(basic),
    ...(extended.length > 0 ? { ExtendedStatistics: Object.fromEntries(extended) } : {}),
  };
}

export const getMetricStatistics: CloudWatchOperation<'GetMetricStatistics'> = {
  audit: { data: true },
  access: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
  async handle(input, call, deps) {
    check(input, call);
    const { account, region } = call;
    const { Namespace: namespace, MetricName: name } = input;
    const id = metricId({ account, region, namespace, name, dimensions: sortDimensions(input.Dimensions) });
    const periodMs = input.Period * 1000;
    const startAt = roundStart(input.StartTime.getTime(), call.now.getTime(), periodMs);
    const points = await listPoints(deps.database, id, {
      startAt,
      endAt: input.EndTime.getTime(),
      unit: input.Unit,
      withRaw: Boolean(input.ExtendedStatistics?.length),
    });
    // Different units are different datapoints: AWS never mixes them.
    const datapoints = [...Map.groupBy(points, (point) => point.unit)].flatMap(([unit, ofUnit]) =>
      [...groupByPeriod(ofUnit, startAt, periodMs)].flatMap(
        ([at, summary]) => toDatapoint(input, at, unit, summary) ?? [],
      ),
    );
    return { Label: name, Datapoints: datapoints };
  },
};
