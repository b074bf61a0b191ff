import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { until } from '../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../test/harness/platform.ts';
import { openWorkbench, replicaPids, variant, type Workbench } from '../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
let cloudwatch: CloudWatchClient;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  cloudwatch = platform.client(CloudWatchClient);
  const job = await bench.train('base');
  await bench.createModel('base', job.ModelArtifacts?.S3ModelArtifacts);
  await bench.createConfig('base', 'base');
  await bench.createConfig('pair', 'base', {}, 2);
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

interface Reading {
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string | undefined;
}

/** A metric over the last ten minutes; undefined while there is none. */
async function read(
  EndpointName: string,
  MetricName: string,
  VariantName = 'AllTraffic',
): Promise<Reading | undefined> {
  const { Datapoints: points = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/SageMaker',
      MetricName,
      Dimensions: [
        { Name: 'EndpointName', Value: EndpointName },
        { Name: 'VariantName', Value: VariantName },
      ],
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum'],
    }),
  );
  if (points.length === 0) return undefined;
  const of = (name: 'Sum' | 'SampleCount' | 'Minimum' | 'Maximum') => points.map((point) => point[name] ?? Number.NaN);
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    sum: total(of('Sum')),
    count: total(of('SampleCount')),
    minimum: Math.min(...of('Minimum')),
    maximum: Math.max(...of('Maximum')),
    unit: points[0]?.Unit,
  };
}

/** Metrics are published behind the requests: waits until this many invocations are counted. */
const counted = (name: string, count: number, variantName?: string) =>
  until(`${count} invocations of ${name}`, async () => {
    const reading = await read(name, 'Invocations', variantName);
    return reading && reading.sum >= count ? reading : undefined;
  });

describe('invocation metrics', () => {
  it('counts invocations and the model’s refusals', async () => {
    await bench.deploy('counts', 'base');
    for (let i = 0; i < 5; i++) await bench.predict('counts');
    for (let i = 0; i < 2; i++) await assert.rejects(bench.predict('counts', '1,2,3'), { name: 'ModelError' });
    assert.deepEqual(await counted('counts', 7), { sum: 7, count: 7, minimum: 1, maximum: 1, unit: 'None' });
    assert.deepEqual(await read('counts', 'Invocation4XXErrors'), {
      sum: 2,
      count: 7,
      minimum: 0,
      maximum: 1,
      unit: 'None',
    });
    assert.deepEqual(await read('counts', 'Invocation5XXErrors'), {
      sum: 0,
      count: 7,
      minimum: 0,
      maximum: 0,
      unit: 'None',
    });
    assert.deepEqual(await read('counts', 'InvocationModelErrors'), {
      sum: 2,
      count: 7,
      minimum: 0,
      maximum: 1,
      unit: 'None',
    });
  });

  it('measures latencies in microseconds', async () => {
    await bench.deploy('times', 'base');
    const started = performance.now();
    for (let i = 0; i < 4; i++) await bench.predict('times');
    const elapsed = (performance.now() - started) * 1000;
    await counted('times', 4);
    const readings = [await read('times', 'ModelLatency'), await read('times', 'OverheadLatency')];
    for (const reading of readings) {
      assert.deepEqual([reading?.count, reading?.unit], [4, 'Microseconds']);
      assert.ok((reading?.minimum ?? 0) >= 1 && (reading?.maximum ?? 0) <= (reading?.sum ?? 0));
    }
    // Both lie within what the caller saw.
    const sum = readings.reduce((total, reading) => total + (reading?.sum ?? 0), 0);
    assert.ok(sum > 0 && sum < elapsed * 1.01, `${sum} of ${elapsed}`);
  });

  it('divides invocations by instances', async () => {
    await bench.deploy('pair', 'pair');
    for (let i = 0; i < 6; i++) await bench.predict('pair');
    await counted('pair', 6);
    assert.deepEqual(await read('pair', 'InvocationsPerInstance'), {
      sum: 3,
      count: 6,
      minimum: 0.5,
      maximum: 0.5,
      unit: 'None',
    });
  });

  it('keeps variants apart', async () => {
    await bench.createConfig('variants', 'base', {
      ProductionVariants: [variant('blue', 'base', { InitialVariantWeight: 0 }), variant('green', 'base')],
    });
    await bench.deploy('variants', 'variants');
    for (let i = 0; i < 3; i++) await bench.predict('variants');
    await counted('variants', 3, 'green');
    assert.equal(await read('variants', 'Invocations', 'blue'), undefined);
    const { Metrics: metrics = [] } = await cloudwatch.send(
      new ListMetricsCommand({
        Namespace: 'AWS/SageMaker',
        Dimensions: [{ Name: 'EndpointName', Value: 'variants' }],
      }),
    );
    const names = ['Invocation4XXErrors', 'Invocation5XXErrors', 'InvocationModelErrors', 'Invocations', 'InvocationsPerInstance', 'ModelLatency', 'OverheadLatency']; // biome-ignore format: one list
    assert.deepEqual(metrics.map((metric) => metric.MetricName).toSorted(), names);
    for (const metric of metrics) {
      assert.deepEqual(metric.Dimensions, [
        { Name: 'EndpointName', Value: 'variants' },
        { Name: 'VariantName', Value: 'green' },
      ]);
    }
  });
});

describe('invocation metrics refuse', () => {
  it('to count what never reached an endpoint', async () => {
    await assert.rejects(bench.predict('nobody'), { name: 'ValidationError' });
    await bench.deploy('after', 'base');
    await bench.predict('after');
    await counted('after', 1);
    assert.equal(await read('nobody', 'Invocations'), undefined);
  });
});

describe('invocation metrics survive', () => {
  it('the death of a model with requests under way: they are its server errors', async () => {
    const others = await replicaPids(platform);
    await bench.deploy('dies', 'base');
    const pids = (await replicaPids(platform)).filter((pid) => !others.includes(pid));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const asked = Array.from({ length: 3 }, () =>
      assert.rejects(bench.predict('dies'), { name: 'ServiceUnavailable' }),
    );
    // It cannot answer while it is stopped; what it was sent by then dies with it.
    const pending = Promise.all(asked);
    await bench.predict('after');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await pending;
    await until('the first answer of the next process', () => bench.predict('dies').catch(() => undefined));
    await counted('dies', 1);
    await until('the errors, the same under both names', async () => {
      const errors = await read('dies', 'Invocation5XXErrors');
      const modelErrors = await read('dies', 'InvocationModelErrors');
      return errors && errors.sum > 0 && errors.sum === modelErrors?.sum ? true : undefined;
    });
  });
});
