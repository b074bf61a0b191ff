import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();
const minute = 60_000;
/** A whole five minutes, a quarter of an hour ago. */
const start = Math.floor(Date.now() / (5 * minute)) * 5 * minute - 15 * minute;
const at = (offsetMs: number) => new Date(start + offsetMs);
const Dimensions = [{ Name: 'EndpointName', Value: 'exam' }];
const datum = (rest: Partial<MetricDatum>): MetricDatum => ({
  MetricName: 'Latency',
  Dimensions,
  Timestamp: at(0),
  ...rest,
});

async function withMetrics(...calls: MetricDatum[][]) {
  const platform = await shared.newAccount();
  const cloudwatch = platform.client(CloudWatchClient);
  for (const MetricData of calls) await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Exam', MetricData }));
  const statistics = async (rest: Partial<GetMetricStatisticsCommandInput>) => {
    const range = { StartTime: at(0), EndTime: at(15 * minute), Period: 60 };
    const input = { Namespace: 'Exam', MetricName: 'Latency', Dimensions, ...range, ...rest };
    const { Datapoints: found = [] } = await cloudwatch.send(new GetMetricStatisticsCommand(input));
    return found.sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
  };
  const stat = (Stat: string, Period = 60) => ({
    Metric: { Namespace: 'Exam', MetricName: 'Latency', Dimensions },
    Stat,
    Period,
  });
  const data = (
    MetricDataQueries: GetMetricDataCommandInput['MetricDataQueries'],
    rest: Partial<GetMetricDataCommandInput> = {},
  ) =>
    cloudwatch.send(
      new GetMetricDataCommand({ MetricDataQueries, StartTime: at(0), EndTime: at(15 * minute), ...rest }),
    );
  return { cloudwatch, statistics, stat, data };
}

describe('GetMetricStatistics does', () => {
  it('merge values, counts and sets of many calls into periods', async () => {
    const made = await withMetrics(
      [datum({ Value: 3, Unit: 'Milliseconds' }), datum({ Values: [1, 2], Counts: [3, 1], Unit: 'Milliseconds' })],
      [datum({ Value: 10, Unit: 'Milliseconds', Timestamp: at(59_999) })],
      [datum({ Value: 7, Unit: 'Milliseconds', Timestamp: at(60_000) })],
    );
    const Statistics: GetMetricStatisticsCommandInput['Statistics'] = [
      'SampleCount',
      'Sum',
      'Average',
      'Minimum',
      'Maximum',
    ];
    assert.deepEqual(await made.statistics({ Statistics, ExtendedStatistics: ['p50', 'p99.9'] }), [
      {
        Timestamp: at(0),
        Unit: 'Milliseconds',
        SampleCount: 6,
        Sum: 18,
        Average: 3,
        Minimum: 1,
        Maximum: 10,
        ExtendedStatistics: { p50: 1, 'p99.9': 10 },
      },
      {
        Timestamp: at(minute),
        Unit: 'Milliseconds',
        SampleCount: 1,
        Sum: 7,
        Average: 7,
        Minimum: 7,
        Maximum: 7,
        ExtendedStatistics: { p50: 7, 'p99.9': 7 },
      },
    ]);
    assert.deepEqual(await made.statistics({ Statistics: ['Sum'], Period: 300 }), [
      { Timestamp: at(0), Unit: 'Milliseconds', Sum: 25 },
    ]);
  });

  it('keep units, dimensions and seconds apart', async () => {
    const made = await withMetrics([
      datum({ Value: 1, Unit: 'Count' }),
      datum({ Value: 2, Unit: 'Bytes' }),
      datum({ Value: 4, Dimensions: [] }),
      datum({ MetricName: 'Fine', Value: 8, StorageResolution: 1, Timestamp: at(1_500) }),
    ]);
    assert.deepEqual(
      new Map((await made.statistics({ Statistics: ['Sum'] })).map((point) => [point.Unit, point.Sum])),
      new Map([
        ['Count', 1],
        ['Bytes', 2],
      ]),
    );
    assert.equal((await made.statistics({ Statistics: ['Sum'], Unit: 'Bytes' }))[0]?.Sum, 2);
    assert.deepEqual(await made.statistics({ Statistics: ['Sum'], Dimensions: [] }), [
      { Timestamp: at(0), Unit: 'None', Sum: 4 },
    ]);
    const fine = { MetricName: 'Fine', Statistics: ['Sum' as const], Period: 1, EndTime: at(10_000) };
    assert.deepEqual(await made.statistics(fine), [{ Timestamp: at(1_000), Unit: 'None', Sum: 8 }]);
  });

  it('leave percentiles out where only a statistic set is known', async () => {
    const StatisticValues = { SampleCount: 3, Sum: 9, Minimum: 2, Maximum: 4 };
    const made = await withMetrics([datum({ StatisticValues })]);
    assert.deepEqual(await made.statistics({ ExtendedStatistics: ['p50'] }), []);
    assert.equal((await made.statistics({ Statistics: ['Average'] }))[0]?.Average, 3);
  });

  it('lose nothing of many calls at once', async () => {
    const made = await withMetrics();
    const put = () =>
      made.cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Exam', MetricData: [datum({ Value: 1 })] }));
    await Promise.all(Array.from({ length: 40 }, put));
    assert.equal((await made.statistics({ Statistics: ['SampleCount'] }))[0]?.SampleCount, 40);
  });
});

describe('GetMetricData does', () => {
  it('answer several series, newest first or oldest first, page by page', async () => {
    const made = await withMetrics([0, 1, 2].map((n) => datum({ Value: n + 1, Timestamp: at(n * minute) })));
    const queries = [
      { Id: 'sums', MetricStat: made.stat('Sum') },
      { Id: 'most', Label: 'The most', MetricStat: made.stat('p100', 300) },
      { Id: 'hidden', MetricStat: made.stat('Sum'), ReturnData: false },
    ];
    const whole = await made.data(queries);
    assert.deepEqual(whole.MetricDataResults, [
      {
        Id: 'sums',
        Label: 'Latency',
        Timestamps: [at(2 * minute), at(minute), at(0)],
        Values: [3, 2, 1],
        StatusCode: 'Complete',
      },
      { Id: 'most', Label: 'The most', Timestamps: [at(0)], Values: [3], StatusCode: 'Complete' },
    ]);
    const ascending = { ScanBy: 'TimestampAscending' as const, MaxDatapoints: 2 };
    const first = await made.data(queries, ascending);
    assert.deepEqual(
      first.MetricDataResults?.map((one) => [one.Id, one.Values, one.StatusCode]),
      [
        ['sums', [1, 2], 'PartialData'],
        ['most', [], 'PartialData'],
      ],
    );
    const second = await made.data(queries, { ...ascending, NextToken: first.NextToken });
    assert.deepEqual(
      second.MetricDataResults?.map((one) => [one.Id, one.Values, one.StatusCode]),
      [
        ['sums', [3], 'Complete'],
        ['most', [3], 'Complete'],
      ],
    );
    assert.equal(second.NextToken, undefined);
  });

  it('label series without a label by what distinguishes them', async () => {
    const made = await withMetrics();
    const labels = async (...stats: [stat: string, period: number, label?: string][]) => {
      const queries = stats.map(([stat, period, Label], n) => ({
        Id: `q${n}`,
        MetricStat: made.stat(stat, period),
        ...(Label && { Label }),
      }));
      return (await made.data(queries)).MetricDataResults?.map((one) => one.Label);
    };
    assert.deepEqual(await labels(['Sum', 60], ['Average', 60]), ['Latency Sum', 'Latency Average']);
    assert.deepEqual(await labels(['Sum', 60], ['Sum', 300]), ['Latency 60', 'Latency 300']);
    assert.deepEqual(await labels(['Sum', 60], ['Minimum', 300]), ['Latency Sum 60', 'Latency Minimum 300']);
    assert.deepEqual(await labels(['Sum', 60], ['Minimum', 300, 'Mine']), ['Latency', 'Mine']);
  });
});

describe('ListMetrics does', () => {
  it('filter, and give each metric once', async () => {
    const made = await withMetrics(
      [datum({ Value: 1 }), datum({ Value: 2, Timestamp: at(minute) }), datum({ MetricName: 'Other', Value: 1 })],
      [datum({ Value: 1, Dimensions: [...Dimensions, { Name: 'AVariant', Value: 'one' }] })],
    );
    const list = async (input: object) => {
      const { Metrics: metrics } = await made.cloudwatch.send(new ListMetricsCommand(input));
      return metrics?.map((one) => `${one.MetricName} ${one.Dimensions?.map((d) => d.Name).join()}`).sort();
    };
    assert.deepEqual(await list({}), ['Latency AVariant,EndpointName', 'Latency EndpointName', 'Other EndpointName']);
    assert.deepEqual(await list({ MetricName: 'Other', Namespace: 'Exam' }), ['Other EndpointName']);
    assert.deepEqual(await list({ Dimensions: [{ Name: 'AVariant' }] }), ['Latency AVariant,EndpointName']);
    assert.deepEqual(await list({ Dimensions: [{ Name: 'EndpointName', Value: 'none' }] }), []);
    assert.deepEqual(await list({ Namespace: 'None' }), []);
  });

  it('page after 500', async () => {
    const many = Array.from({ length: 501 }, (_, n) =>
      datum({ MetricName: `M${String(n).padStart(3, '0')}`, Value: 1 }),
    );
    const made = await withMetrics(many);
    const first = await made.cloudwatch.send(new ListMetricsCommand({}));
    assert.deepEqual([first.Metrics?.length, first.Metrics?.at(-1)?.MetricName], [500, 'M499']);
    const second = await made.cloudwatch.send(new ListMetricsCommand({ NextToken: first.NextToken }));
    assert.deepEqual([second.Metrics?.map((one) => one.MetricName), second.NextToken], [['M500'], undefined]);
  });
});

describe('PutMetricData refuses', () => {
  const cases: readonly [string, Partial<MetricDatum>, string, string][] = [
    [
      'a value and values',
      { Value: 1, Values: [1] },
      'InvalidParameterCombinationException',
      'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
    ],
    [
      'counts that do not fit',
      { Values: [1, 2], Counts: [1] },
      'InvalidParameterValueException',
      'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
    ],
    [
      'a number too great',
      { Value: 1e200 },
      'InvalidParameterValueException',
      'The value 1e+200 for parameter MetricData.member.1.Value is invalid.',
    ],
  ];
  for (const [what, rest, name, message] of cases) {
    it(what, async () => {
      const made = await withMetrics();
      const put = new PutMetricDataCommand({ Namespace: 'Exam', MetricData: [datum(rest)] });
      await assert.rejects(made.cloudwatch.send(put), { name, message });
      assert.deepEqual((await made.cloudwatch.send(new ListMetricsCommand({}))).Metrics, []);
    });
  }

  it('namespaces of AWS, and times of long ago', async () => {
    const made = await withMetrics();
    const put = (Namespace: string, rest: Partial<MetricDatum>) =>
      made.cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData: [datum({ Value: 1, ...rest })] }));
    await assert.rejects(put('AWS/SageMaker', {}), {
      name: 'InvalidParameterValueException',
      message: 'The value AWS/ for parameter Namespace is invalid.',
    });
    await assert.rejects(put('Exam', { Timestamp: at(-15 * 24 * 60 * minute) }), {
      name: 'InvalidParameterValueException',
    });
  });
});

describe('readers of metrics refuse', () => {
  it('too many datapoints, no statistic, odd periods, time backwards', async () => {
    const made = await withMetrics();
    const Statistics: GetMetricStatisticsCommandInput['Statistics'] = ['Sum'];
    await assert.rejects(made.statistics({ Statistics, StartTime: at(-1_441 * minute), EndTime: at(0) }), {
      name: 'InvalidParameterCombinationException',
      message:
        'You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    });
    await assert.rejects(made.statistics({}), {
      name: 'InvalidParameterCombinationException',
      message: 'Must specify either Statistics or ExtendedStatistics.',
    });
    await assert.rejects(made.statistics({ Statistics, Period: 61 }), { name: 'InvalidParameterValueException' });
    for (const end of [-1000, 0, 999]) {
      await assert.rejects(made.statistics({ Statistics, EndTime: at(end) }), {
        name: 'InvalidParameterValueException',
        message: 'The parameter StartTime must be less than the parameter EndTime.',
      });
    }
  });

  it('ranges of GetMetricData that go backwards or are empty, in different words', async () => {
    const made = await withMetrics();
    const ask = (end: number) => made.data([{ Id: 'one', MetricStat: made.stat('Sum') }], { EndTime: at(end) });
    const refusal = (message: string) => ({ name: 'ValidationException', message });
    await assert.rejects(ask(-1000), refusal('The parameter EndTime must be greater than StartTime.'));
    for (const end of [0, 999]) {
      await assert.rejects(ask(end), refusal('The parameter StartTime must not equal parameter EndTime.'));
    }
  });

  it('expressions, and ids that come twice', async () => {
    const made = await withMetrics();
    await assert.rejects(made.data([{ Id: 'sum', Expression: 'SUM(METRICS())' }]), {
      name: 'ValidationException',
      message: 'The parameter MetricDataQueries.member.1.Expression is not supported: only MetricStat queries are.',
    });
    const MetricStat = made.stat('Sum');
    await assert.rejects(
      made.data([
        { Id: 'one', MetricStat },
        { Id: 'one', MetricStat },
      ]),
      { name: 'ValidationException', message: 'The values for parameter id in MetricDataQueries are not unique.' },
    );
  });
});
