/**
 * AWS/DynamoDB's metrics, gathered in memory and published behind the requests. Names, units and dimensions:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
import type { AwsAccess } from '../../contract/aws.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { Input } from '../../models/types.ts';
import type { Units } from './items/capacity.ts';
import type { Table } from './tables/definition.ts';

type Where = Pick<Table, 'account' | 'region' | 'name'>;

export interface TableMetrics {
  /** `returned`: items, of operations that return many. */
  read(table: Where, operation: string, units: number, returned: number | undefined, index?: string): void;
  write(table: Where, units: Units): void;
  /** Each call: milliseconds, and the error's code if it failed. `table` is undefined where the request names none. */
  call(
    where: Pick<Where, 'account' | 'region'>,
    table: string | undefined,
    operation: string,
    ms: number,
    error: string | undefined,
  ): void;
  stop(): Promise<void>;
}

export interface MetricsOptions {
  readonly aws: AwsAccess;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly tableMetricsFlushMs: number };
}

type Datum = NonNullable<Input<'cloudwatch', 'PutMetricData'>['MetricData']>[number];
type Unit = 'Count' | 'Milliseconds';

interface Gathered {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly unit: Unit;
  readonly dimensions: readonly (readonly [string, string])[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** PutMetricData takes a thousand. */
const maxData = 500;

export function startTableMetrics({ aws, clock, log, settings }: MetricsOptions): TableMetrics {
  let gathered = new Map<string, Gathered>();
  let publishing: Promise<void> = Promise.resolve();

  function add(
    where: Pick<Where, 'account' | 'region'>,
    name: string,
    unit: Unit,
    dimensions: Gathered['dimensions'],
    value: number,
  ): void {
    const key = `${where.account}/${where.region}/${name}/${dimensions.map(([, text]) => text).join('/')}`;
    const known = gathered.get(key);
    if (known === undefined) {
      const { account, region } = where;
      gathered.set(key, { account, region, name, unit, dimensions, count: 1, sum: value, min: value, max: value });
      return;
    }
    known.count++;
    known.sum += value;
    if (value < known.min) known.min = value;
    if (value > known.max) known.max = value;
  }

  async function publish(): Promise<void> {
    const taken = [...gathered.values()];
    gathered = new Map();
    const places = Map.groupBy(taken, ({ account, region }) => `${account}/${region}`);
    for (const data of places.values())
      for (let at = 0; at < data.length; at += maxData) await send(data.slice(at, at + maxData));
  }

  async function send(data: readonly Gathered[]): Promise<void> {
    const [first] = data;
    if (first === undefined) return;
    const now = clock.now();
    try {
      await aws.asService(first.account, 'dynamodb.amazonaws.com', first.region).call('cloudwatch', 'PutMetricData', {
        Namespace: 'AWS/DynamoDB',
        MetricData: data.map((one) => datum(one, now)),
      });
    } catch (error) {
      log.error('dynamodb metrics: metrics lost', { account: first.account, error });
    }
  }

  const flush = () => {
    publishing = publishing.then(publish);
    return publishing;
  };
  const timer = setInterval(() => void flush(), settings.tableMetricsFlushMs).unref();

  return {
    read(table, operation, units, returned, index) {
      const place = placeOf(table, index);
      add(table, 'ConsumedReadCapacityUnits', 'Count', place, units);
      if (returned !== undefined)
        add(
          table,
          'ReturnedItemCount',
          'Count',
          [
            ['TableName', table.name],
            ['Operation', operation],
          ],
          returned,
        );
    },
    write(table, { table: own, indexes }) {
      add(table, 'ConsumedWriteCapacityUnits', 'Count', placeOf(table), own);
      for (const [index, units] of indexes)
        add(table, 'ConsumedWriteCapacityUnits', 'Count', placeOf(table, index), units);
    },
    call(where, table, operation, ms, error) {
      if (error !== undefined) return failed(where, table, operation, error, add);
      if (table !== undefined)
        add(
          where,
          'SuccessfulRequestLatency',
          'Milliseconds',
          [
            ['TableName', table],
            ['Operation', operation],
          ],
          ms,
        );
    },
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

const placeOf = ({ name }: Where, index?: string): Gathered['dimensions'] =>
  index === undefined
    ? [['TableName', name]]
    : [
        ['TableName', name],
        ['GlobalSecondaryIndexName', index],
      ];

type Add = (
  where: Pick<Where, 'account' | 'region'>,
  name: string,
  unit: Unit,
  dimensions: Gathered['dimensions'],
  value: number,
) => void;

/** UserErrors are of the account; a condition that is not met and a transaction's conflict have metrics of their own. */
function failed(
  where: Pick<Where, 'account' | 'region'>,
  table: string | undefined,
  operation: string,
  code: string,
  add: Add,
): void {
  if (code === 'ConditionalCheckFailedException') {
    if (table !== undefined) add(where, 'ConditionalCheckFailedRequests', 'Count', [['TableName', table]], 1);
  } else if (code === 'InternalFailure' || code === 'InternalServerError') {
    if (table !== undefined)
      add(
        where,
        'SystemErrors',
        'Count',
        [
          ['TableName', table],
          ['Operation', operation],
        ],
        1,
      );
  } else add(where, 'UserErrors', 'Count', [], 1);
}

function datum({ name, unit, dimensions, count, sum, min, max }: Gathered, now: Date): Datum {
  return {
    MetricName: name,
    Unit: unit,
    Timestamp: now,
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    StatisticValues: { SampleCount: count, Sum: sum, Minimum: min, Maximum: max },
  };
}
