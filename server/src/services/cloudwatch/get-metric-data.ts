/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, for MetricStat queries. */
import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Call } from '../../contract/call.ts';
import type { Input } from '../../models/types.ts';
import type { CloudWatchDeps, CloudWatchOperation } from './deps.ts';
import { metricId, sortDimensions } from './metric.ts';
import { listPoints } from './metric-store.ts';
import { nameSeries } from './name-series.ts';
import { readOffset, writeOffset } from './offset-token.ts';
import { checkPeriod, groupByPeriod, toSecond } from './series.ts';
import { basicStatistics, readPercentile, statisticOf } from './summary.ts';

type Request = Input<'cloudwatch', 'GetMetricData'>;
type Query = Request['MetricDataQueries'][number];
type MetricQuery = Query & { MetricStat: NonNullable<Query['MetricStat']> };

const maxDatapoints = 100_800;

function checkQuery(query: Query, path: string, call: Call): asserts query is MetricQuery {
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(query.Id)) {
    throw call.error(
      'ValidationError',
      `The value ${query.Id} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  if (query.Expression !== undefined && query.MetricStat) {
    throw call.error(
      'ValidationError',
      `The parameters ${path}.Expression and ${path}.MetricStat are mutually exclusive and you have specified both.`,
    );
  }
  if (query.Expression !== undefined) {
    throw call.error(
      'ValidationError',
      `The parameter ${path}.Expression is not supported: only MetricStat queries are.`,
    );
  }
  if (!query.MetricStat) {
    throw call.error('ValidationError', `The parameter ${path}.MetricStat is required.`);
  }
  if (query.Period !== undefined) {
    throw call.error(
      'ValidationError',
      `The parameters ${path}.Period and ${path}.MetricStat are mutually exclusive and you have specified both.`,
    );
  }
  const { Stat: stat, Period: period, Metric: metric } = query.MetricStat;
  checkPeriod(period, call);
  if (!metric.Namespace || !metric.MetricName) {
    throw call.error(
      'ValidationError',
      `The parameters ${path}.MetricStat.Metric.Namespace and MetricName are required.`,
    );
  }
  if (!basicStatistics.includes(stat) && readPercentile(stat) === undefined) {
    throw call.error('ValidationError', `The value ${stat} for parameter ${path}.MetricStat.Stat is not supported.`);
  }
}

function checkQueries(input: Request, call: Call): MetricQuery[] {
  // Observed: both texts, and that fractions of a second are left out first.
  const [start, end] = [toSecond(input.StartTime), toSecond(input.EndTime)];
  if (start > end) throw call.error('ValidationError', 'The parameter EndTime must be greater than StartTime.');
  if (start === end) throw call.error('ValidationError', 'The parameter StartTime must not equal parameter EndTime.');
  const queries = input.MetricDataQueries.map((query, at) => {
    checkQuery(query, `MetricDataQueries.member.${at + 1}`, call);
    return query;
  });
  if (new Set(queries.map(({ Id: id }) => id)).size < queries.length) {
    throw call.error('ValidationError', 'The values for parameter id in MetricDataQueries are not unique.');
  }
  return queries;
}

interface Series {
  readonly query: MetricQuery;
  readonly label: string;
  /** In order of time. */
  readonly values: readonly (readonly [at: number, value: number])[];
}

async function readValues(query: MetricQuery, input: Request, call: Call, deps: CloudWatchDeps) {
  const { Metric: metric, Period: period, Stat: stat, Unit: unit } = query.MetricStat;
  const { account, region } = call;
  const id = metricId({
    account: query.AccountId ?? account,
    region,
    namespace: metric.Namespace ?? '',
    name: metric.MetricName ?? '',
    dimensions: sortDimensions(metric.Dimensions),
  });
  const periodMs = period * 1000;
  // Periods are aligned to the clock, whatever the start.
  const startAt = Math.floor(input.StartTime.getTime() / periodMs) * periodMs;
  const points = await listPoints(deps.database, id, {
    startAt,
    endAt: input.EndTime.getTime(),
    unit,
    withRaw: !basicStatistics.includes(stat),
  });
  return [...groupByPeriod(points, startAt, periodMs)].flatMap(([at, summary]) => {
    const value = statisticOf(summary, stat);
    return value === undefined ? [] : [[at, value] as const];
  });
}

/** One page: datapoints are counted through all series, one after the other. */
function toResults(series: readonly Series[], descending: boolean, from: number, limit: number): MetricDataResult[] {
  let before = 0;
  return series.flatMap(({ query, label, values }) => {
    const ordered = descending ? values.toReversed() : values;
    const first = Math.max(0, from - before);
    const last = Math.min(ordered.length, from + limit - before);
    before += ordered.length;
    // A series is named on the first page even where it is empty, and again only where there is more of it.
    if (from > 0 && first >= last) return [];
    const shown = ordered.slice(first, Math.max(first, last));
    return [
      {
        Id: query.Id,
        Label: label,
        Timestamps: shown.map(([at]) => new Date(at)),
        Values: shown.map(([, value]) => value),
        StatusCode: last < ordered.length ? ('PartialData' as const) : ('Complete' as const),
      },
    ];
  });
}

export const getMetricData: CloudWatchOperation<'GetMetricData'> = {
  audit: { data: true },
  access: () => [{ action: 'cloudwatch:GetMetricData', resource: '*' }],
  async handle(input, call, deps) {
    const queries = checkQueries(input, call);
    const from = input.NextToken === undefined ? 0 : readOffset(input.NextToken, call);
    const limit = Math.min(Math.max(input.MaxDatapoints ?? maxDatapoints, 1), maxDatapoints);
    if (queries.some((query) => query.AccountId !== undefined && query.AccountId !== call.account)) {
      throw call.error('ValidationError', 'Metrics of other accounts are not supported.');
    }
    const returned = queries.filter((query) => query.ReturnData !== false);
    const nameOf = nameSeries(returned);
    const series = await Promise.all(
      returned.map(async (query) => ({
        query,
        label: nameOf(query),
        values: await readValues(query, input, call, deps),
      })),
    );
    const total = series.reduce((sum, { values }) => sum + values.length, 0);
    return {
      MetricDataResults: toResults(series, input.ScanBy !== 'TimestampAscending', from, limit),
      NextToken: from + limit < total ? writeOffset(from + limit, call) : undefined,
      Messages: [],
    };
  },
};
