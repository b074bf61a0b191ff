/** What a program prints or reports becomes metrics that its owner sees. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { scripted } from '../../../../../../test/harness/scripted-job.ts';
import { openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const request = (
  script: string,
  definitions: [string, string][] = [],
  changes: Partial<CreateTrainingJobCommandInput> = {},
) => {
  const MetricDefinitions = definitions.map(([Name, Regex]) => ({ Name, Regex }));
  return { ...scripted(script, { MetricDefinitions }), InputDataConfig: undefined, ...changes };
};
const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));

/** How often the metric was reported, and its values' sum. */
async function statistics(job: string, metric: string, count: number): Promise<{ count: number; sum: number }> {
  return until(`${count} values of ${metric}`, async () => {
    const { Datapoints: points = [] } = await platform.client(CloudWatchClient).send(
      new GetMetricStatisticsCommand({
        Namespace: '/aws/sagemaker/TrainingJobs',
        MetricName: metric,
        Dimensions: [{ Name: 'TrainingJobName', Value: job }],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ['Sum', 'SampleCount'],
      }),
    );
    const total = { count: 0, sum: 0 };
    for (const point of points) {
      total.count += point.SampleCount ?? 0;
      total.sum += point.Sum ?? 0;
    }
    return total.count >= count ? total : undefined;
  });
}

describe('metrics of the log', () => {
  it('are there while the job runs, and stay', async () => {
    const script = `
import time
for i in range(3): print(f'epoch {i} loss={i + 0.5}; acc: 0.{i}')
time.sleep(1000)`;
    await bench.sagemaker.send(
      new CreateTrainingJobCommand(
        bench.trainingJob(
          'live',
          request(script, [
            ['loss', 'loss=([0-9.]+);'],
            ['acc', 'acc: ([0-9.]+)'],
            ['never', 'nothing=(.)'],
          ]),
        ),
      ),
    );
    assert.deepEqual(await statistics('live', 'loss', 3), { count: 3, sum: 4.5 });
    const running = await until('the metrics', async () => {
      const job = await describeJob('live');
      return job.FinalMetricDataList?.length ? job : undefined;
    });
    assert.equal(running.TrainingJobStatus, 'InProgress');
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'live' }));
    const { FinalMetricDataList: last, CreationTime: created } = await bench.jobEnd('live');
    assert.deepEqual(
      last?.map(({ MetricName, Value }) => [MetricName, Value]),
      [
        ['loss', 2.5],
        ['acc', 0.2],
      ],
    );
    assert.ok(last?.every(({ Timestamp: at }) => at && created && at >= created));
    assert.deepEqual(await statistics('live', 'acc', 3), { count: 3, sum: 0.30000000000000004 });
  });

  it('of a program that prints a lot are all counted, once', async () => {
    const script = `for i in range(20000): print('x' * 100, 'value=1')`;
    const job = await bench.train(
      'a-lot',
      request(script, [
        ['value', 'value=([0-9]+)'],
        ['evil', '(x+x+)+y'],
      ]),
    );
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await statistics('a-lot', 'value', 20000), { count: 20000, sum: 20000 });
  });
});

describe('metrics of the built-in XGBoost', () => {
  it('are defined by the algorithm and counted for each round', async () => {
    const job = await bench.train('built-in', { HyperParameters: { num_round: '4', eval_metric: 'rmse' } });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const definitions = job.AlgorithmSpecification?.MetricDefinitions ?? [];
    assert.deepEqual(
      definitions.find(({ Name }) => Name === 'train:rmse'),
      {
        Name: 'train:rmse',
        Regex: '.*\\[[0-9]+\\].*#011train-rmse:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*',
      },
    );
    assert.ok(definitions.length <= 40);
    assert.equal((await statistics('built-in', 'train:rmse', 4)).count, 4);
    assert.deepEqual(
      job.FinalMetricDataList?.map(({ MetricName }) => MetricName),
      ['train:rmse'],
    );
  });

  it('are replaced by definitions of the request', async () => {
    const own = [{ Name: 'own', Regex: 'train-rmse:([0-9.]+)' }];
    const given = bench.trainingJob('own-definitions').AlgorithmSpecification;
    const job = await bench.train('own-definitions', {
      AlgorithmSpecification: { TrainingInputMode: 'File', ...given, MetricDefinitions: own },
    });
    assert.deepEqual(job.AlgorithmSpecification?.MetricDefinitions, own);
    assert.equal((await statistics('own-definitions', 'own', 3)).count, 3);
  });
});

describe('metrics.json', () => {
  const write = (value: unknown) =>
    `open('/opt/ml/output/metrics.json', 'w').write('''${typeof value === 'string' ? value : JSON.stringify(value)}''')`;

  it('may be a flat object of numbers', async () => {
    const job = await bench.train(
      'flat',
      request(`${write({ rmse: 0.5, mae: 2 })}; print('rmse=9')`, [['rmse', 'rmse=(.)']]),
    );
    assert.deepEqual(
      job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]),
      [
        ['rmse', 0.5],
        ['mae', 2],
      ],
    );
    assert.deepEqual(await statistics('flat', 'mae', 1), { count: 1, sum: 2 });
  });

  it('may be a list of values with their steps', async () => {
    const job = await bench.train(
      'steps',
      request(write([1, 2, 3].map((step) => ({ name: 'loss', value: 1 / step, step })))),
    );
    assert.deepEqual(
      job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]),
      [['loss', 1 / 3]],
    );
    assert.equal((await statistics('steps', 'loss', 3)).count, 3);
  });

  for (const [name, value, why] of [
    ['broken', '{', 'is not JSON: '],
    ['nested', { a: { b: 1 } }, 'is neither a flat object of numbers nor a list of {name, value, step?}'],
  ] as const) {
    it(`that is ${name} fails no job that has trained; the log says what is wrong`, async () => {
      const job = await bench.train(name, request(write(value)));
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      const line = await until('the line in the log', async () => {
        const input = { logGroupName: '/aws/sagemaker/TrainingJobs', logStreamNamePrefix: `${name}/algo-1-` };
        const { events } = await platform.client(CloudWatchLogsClient).send(new FilterLogEventsCommand(input));
        return events?.find(({ message }) => message?.startsWith('metrics.json was'))?.message;
      });
      assert.ok(line.startsWith(`metrics.json was not read: it ${why}`), line);
    });
  }
});

describe('refused is', () => {
  it('an expression that is none', () =>
    assert.rejects(bench.train('refused', request('pass', [['loss', 'loss=(']])), {
      name: 'ValidationException',
      message: 'Invalid regex for metric definition loss: loss=(: missing closing ): `loss=(`',
    }));
});
