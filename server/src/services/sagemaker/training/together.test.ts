/** The built-in XGBoost on several instances: one model of what all of them have. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type CreateTrainingJobCommandInput, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { unpacked } from '../../../../../test/harness/scripted-job.ts';
import { bucket, channel, openWorkbench, slowCsv, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

/** Rising below 1, falling from there on: who has seen one side knows nothing of the other. */
const truth = (x: number) => (x < 1 ? 10 * x : 60 - 20 * (x - 1));
const side = (from: number) =>
  Array.from({ length: 1000 }, (_, i) => from + i / 1000)
    .map((x, i) => [truth(x), x, i % 7].join(','))
    .join('\n');

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required', '--job-cores', '8', '--job-memory-gib', '64'] });
  bench = await openWorkbench(platform);
  await bench.put('sides/a.csv', side(0));
  await bench.put('sides/b.csv', side(1));
  await bench.put('slow/a.csv', slowCsv());
  await bench.put('slow/b.csv', slowCsv());
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const instances = (count: number) => ({
  InstanceType: 'ml.m5.large' as const,
  InstanceCount: count,
  VolumeSizeInGB: 1,
});
function shared(name: string, prefix: string, changes: object = {}) {
  const given = channel(name, prefix);
  const source = { ...given.DataSource.S3DataSource, S3DataDistributionType: 'ShardedByS3Key' as const };
  return { ...given, DataSource: { S3DataSource: source }, ...changes };
}
const request = (count: number, changes: Partial<CreateTrainingJobCommandInput> = {}) => ({
  HyperParameters: { num_round: '40', nthread: '1' },
  ResourceConfig: instances(count),
  InputDataConfig: [shared('train', 'sides/')],
  ...changes,
});

async function completed(name: string, changes: Partial<CreateTrainingJobCommandInput>) {
  const job = await bench.train(name, changes);
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  return job;
}

const deployed = new Set<string>();

/** What the job's model answers between 0 and 2. */
async function curve(name: string): Promise<{ x: number; y: number }[]> {
  if (!deployed.has(name)) {
    await bench.createModel(name, `s3://${bucket}/model/${name}/output/model.tar.gz`);
    await bench.createConfig(name, name);
    await bench.deploy(name, name);
    deployed.add(name);
  }
  const points = Array.from({ length: 20 }, (_, i) => 0.05 + i / 10);
  const answers = (await bench.predict(name, points.map((x) => `${x},3`).join('\n'))).trim().split(/[,\n]/);
  return points.map((x, i) => ({ x, y: Number(answers[i]) }));
}
const distance = (a: readonly { y: number }[], b: readonly { y: number }[]) =>
  Math.max(...a.map(({ y }, i) => Math.abs(y - (b[i]?.y ?? Number.NaN))));

async function lines(job: string, host: string): Promise<string[]> {
  const { CreationTime: created } = await bench.jobEnd(job);
  const input = {
    logGroupName: '/aws/sagemaker/TrainingJobs',
    logStreamName: `${job}/${host}-${created?.getTime()}`,
    startFromHead: true,
  };
  const { events = [] } = await platform.client(CloudWatchLogsClient).send(new GetLogEventsCommand(input));
  return events.map(({ message = '' }) => message);
}
const rounds = (printed: readonly string[]) => printed.filter((line) => line.includes('#011train-rmse'));

describe('instances with a share of the files each', () => {
  it('make the model of the whole data, which none of them has alone', async () => {
    const two = await completed('two', request(2));
    await completed('whole', request(1));
    await completed('half', request(1, { InputDataConfig: [shared('train', 'sides/a')] }));
    const [ofTwo, ofWhole, ofHalf] = [await curve('two'), await curve('whole'), await curve('half')];
    assert.ok(distance(ofTwo, ofWhole) < 1, JSON.stringify([ofTwo, ofWhole]));
    assert.ok(distance(ofHalf, ofWhole) > 30, JSON.stringify([ofHalf, ofWhole]));
    const [metric] = two.FinalMetricDataList ?? [];
    assert.equal(metric?.MetricName, 'train:rmse');
    assert.equal(rounds(await lines('two', 'algo-1')).length, 40);
    assert.equal(rounds(await lines('two', 'algo-2')).length, 0);
    assert.ok(
      (await lines('two', 'algo-2')).some((line) => line.endsWith('Channel train has 1000 rows of 2 features')),
    );
  });

  it('leave those without a file aside', async () => {
    await completed('three', request(3));
    assert.match(
      (await lines('three', 'algo-3')).join('\n'),
      /Host algo-3 is not used in distributed training: Channel train holds no file/,
    );
    await completed('again', request(2));
    assert.ok(distance(await curve('three'), await curve('again')) < 0.001);
  });

  it('train where the first of them has nothing, and where only one has something', async () => {
    const group = (name: string, count: number) => ({
      InstanceGroupName: name,
      InstanceType: 'ml.m5.large' as const,
      InstanceCount: count,
    });
    for (const [name, count] of [
      ['later', 2],
      ['single', 1],
    ] as const) {
      const { S3DataSource: source } = shared('train', 'sides/').DataSource;
      const train = { ...channel('train'), DataSource: { S3DataSource: { ...source, InstanceGroupNames: ['some'] } } };
      const job = await completed(name, {
        ...request(1),
        InputDataConfig: [train],
        ResourceConfig: { InstanceGroups: [group('none', 1), group('some', count)], VolumeSizeInGB: 1 },
      });
      assert.equal(job.FinalMetricDataList?.[0]?.MetricName, 'train:rmse');
      assert.ok(distance(await curve(name), await curve('whole')) < 1);
      assert.equal(rounds(await lines(name, 'algo-2')).length, 40);
    }
  });

  it('end together where the data of one of them is wrong, with its reason', async () => {
    await bench.put('broken/a.csv', '1,2,3\n');
    await bench.put('broken/b.csv', '1,2,3\n1,two,3\n');
    const job = await bench.train('broken', request(2, { InputDataConfig: [shared('train', 'broken/')] }));
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.equal(
      job.FailureReason,
      'ClientError: train/b.csv, line 2, column 2: "two" is not a number. Encode text as numbers, put the label into the first column and leave a missing cell empty',
    );
  });

  it('end after the same round where they are stopped, and keep the model', async () => {
    const given = request(2, {
      InputDataConfig: [shared('train', 'slow/')],
      HyperParameters: { num_round: '1000000', max_depth: '8', nthread: '1' },
    });
    const ended = bench.train('stopped', given);
    const search = new FilterLogEventsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamNamePrefix: 'stopped/algo-1-',
      filterPattern: '"#011train-rmse"',
    });
    await until('the first round', async () => {
      const { events } = await platform
        .client(CloudWatchLogsClient)
        .send(search)
        .catch(() => ({ events: [] }));
      return events?.length ? true : undefined;
    });
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }));
    const job = await ended;
    assert.equal(job.TrainingJobStatus, 'Stopped', job.FailureReason);
    const files = await unpacked(await bench.read('model/stopped/output/model.tar.gz'));
    assert.deepEqual(Object.keys(files), ['xgboost-model']);
  });
});

describe('instances with all of the files each', () => {
  it('make a model of them', async () => {
    await completed('replicated', request(2, { InputDataConfig: [channel('train', 'sides/')] }));
    assert.ok(distance(await curve('replicated'), await curve('whole')) < 1);
  });
});
