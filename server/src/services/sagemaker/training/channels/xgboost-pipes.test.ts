/** The built-in XGBoost fed through pipes: what comes is what the files hold. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Channel, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { bucket, channel, image, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

const rows = (from: number) =>
  `${Array.from({ length: 500 }, (_, i) => [(i * from) % 13, i % 11, '', (i * i) % 7].join(',')).join('\n')}\n`;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
  for (const [name, text] of [
    ['a', rows(3)],
    ['b', rows(5)],
  ] as const) {
    await bench.put(`plain/${name}.csv`, text);
    await bench.put(`zipped/${name}.csv.gz`, gzipSync(text));
  }
  await bench.put('held/data.csv', rows(7));
  await bench.put('sparse/data', '1 0:1\n2 0:2\n');
});
after(() => platform[Symbol.asyncDispose]());

const pipe = (given: Channel, changes: Partial<Channel> = {}): Channel => ({ ...given, InputMode: 'Pipe', ...changes });

const train = (name: string, channels: Channel[], changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.train(name, {
    InputDataConfig: channels,
    HyperParameters: { num_round: '10', nthread: '1' },
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/model`, CompressionType: 'NONE' },
    ...changes,
  });

async function model(name: string, ...given: Parameters<typeof train> extends [string, ...infer Rest] ? Rest : never) {
  const job = await train(name, ...given);
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  const metrics = job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value]);
  return { metrics, bytes: Buffer.from(await bench.read(`model/${name}/output/model/xgboost-model`)).toString('hex') };
}

describe('the built-in XGBoost trains from pipes', () => {
  it('the same model as of files, to the byte, packed or not', async () => {
    const held = channel('validation', 'held/');
    const ofFiles = await model('files', [channel('train', 'plain/'), held]);
    assert.deepEqual(
      ofFiles.metrics?.map(([name]) => name),
      ['train:rmse', 'validation:rmse'],
    );
    const specification = { AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'Pipe' as const } };
    assert.deepEqual(await model('pipes', [channel('train', 'plain/'), held], specification), ofFiles);
    const packed = pipe(channel('train', 'zipped/'), { CompressionType: 'Gzip' });
    assert.deepEqual(await model('packed', [packed, held]), ofFiles);
    assert.notDeepEqual(await model('other', [pipe(channel('train', 'plain/a')), held]), ofFiles);
  });

  it('on two instances the same as from files; an instance without data does not train', async () => {
    const source = (name: string) => {
      const given = channel('train', name);
      return {
        ...given,
        DataSource: {
          S3DataSource: { ...given.DataSource.S3DataSource, S3DataDistributionType: 'ShardedByS3Key' as const },
        },
      };
    };
    const count = (InstanceCount: number) => ({
      ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount, VolumeSizeInGB: 1 },
    });
    const ofFiles = await model('two-files', [source('plain/')], count(2));
    assert.deepEqual(await model('two-pipes', [pipe(source('plain/'))], count(2)), ofFiles);
    assert.deepEqual(
      await model('one-pipe', [pipe(source('plain/a'))], count(2)),
      await model('one-file', [channel('train', 'plain/a')]),
    );
  });
});

describe('the built-in XGBoost refuses of pipes', () => {
  for (const [name, given, reason] of [
    ['libsvm', pipe({ ...channel('train', 'sparse/'), ContentType: 'text/libsvm' }), "Channel configuration for 'train' channel is not supported: Pipe mode not supported for LibSVM. Use TrainingInputMode File, or the ContentType text/csv"],
    ['records', pipe(channel('train', 'plain/'), { RecordWrapperType: 'RecordIO' }), "Channel configuration for 'train' channel is not supported: RecordWrapperType RecordIO is for records that are no text; leave it at None"],
  ] as const) {
    it(name, async () => {
      const job = await train(name, [given]);
      assert.deepEqual([job.TrainingJobStatus, job.FailureReason], ['Failed', `ClientError: ${reason}`]);
    });
  } // biome-ignore format: a table
});
