/** Files with holes: they take next to nothing of the disk, and as much as their length of whoever compresses, copies or stores them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { type OwnPlatform, startPlatform } from '../../../../../test/harness/platform.ts';
import { runProcessing, s3Output } from '../../../../../test/harness/processed.ts';
import { scripted } from '../../../../../test/harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: OwnPlatform;
let bench: Workbench;
let aheadMs = 0;

before(async () => {
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  platform = await startPlatform({ clock, flags: ['--sandbox', 'required', '--job-cores', '2'] });
  bench = await openWorkbench(platform, { maxAttempts: 8 });
});
after(() => platform[Symbol.asyncDispose]());

/** Some terabytes: nobody compresses or copies that within a test. */
const holes = (path: string) => `
import os
os.makedirs(os.path.dirname('${path}'), exist_ok=True)
with open('${path}', 'wb') as f: f.truncate(4 << 40)
`;
const job = (script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) => ({
  ...scripted(script),
  InputDataConfig: undefined,
  ...changes,
});
const volume = (VolumeSizeInGB: number) => ({
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB } as const,
});
const stop = (name: string) => bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const full = /^ClientError: No space left on the volume of algo-1: the job wrote more than 1 GiB/;
const stored = async (Prefix: string) =>
  (await bench.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))).KeyCount;

describe('a file with holes counts by its length against the volume', () => {
  for (const [where, path] of [
    ['model', '/opt/ml/model/m'],
    ['output', '/opt/ml/output/data/o'],
    ['log', '/dev/stdout'],
  ] as const) {
    it(`in the job's ${where}, though the program ends at once`, async () => {
      const script = where === 'log' ? 'import os; print("text", flush=True); os.ftruncate(1, 4 << 40)' : holes(path);
      const ended = await bench.train(`holes-${where}`, job(script));
      assert.equal(ended.TrainingJobStatus, 'Failed');
      assert.match(ended.FailureReason ?? '', full);
    });
  }

  it('in its checkpoints, at whatever path, and is never uploaded', async () => {
    for (const [i, LocalPath] of ['/opt/ml/checkpoints', '/elsewhere'].entries()) {
      const ended = await bench.train(
        `holes-checkpoints-${i}`,
        job(`${holes(`${LocalPath}/c`)}import time; time.sleep(1000)`, {
          CheckpointConfig: { S3Uri: `s3://${bucket}/holes-checkpoints`, LocalPath },
        }),
      );
      assert.match(ended.FailureReason ?? '', full);
    }
    assert.equal(await stored('holes-checkpoints'), 0);
  });

  it('in the outputs of a processing job, whenever they are stored', async () => {
    for (const S3UploadMode of ['EndOfJob', 'Continuous'] as const) {
      const name = `holes-${S3UploadMode.toLowerCase()}`;
      const ended = await runProcessing(bench, name, holes('/opt/ml/processing/out/o'), {
        outputs: [s3Output('out', `${name}/out/`, { LocalPath: '/opt/ml/processing/out', S3UploadMode })],
      });
      assert.equal(ended.ProcessingJobStatus, 'Failed');
      assert.match(ended.FailureReason ?? '', full);
      assert.equal(await stored(`${name}/out/`), 0);
    }
  });

  it('and by its blocks where only the program can read it', async () => {
    const ended = await bench.train('scratch', job(`${holes('/tmp/data.mdb')}import time; time.sleep(3)`));
    assert.equal(ended.TrainingJobStatus, 'Completed', ended.FailureReason);
  });
});

describe('an upload that takes very long', () => {
  const begin = async (name: string) => {
    await bench.sagemaker.send(
      new CreateTrainingJobCommand(bench.trainingJob(name, job(holes('/opt/ml/model/m'), volume(16_000)))),
    );
    await until(
      `${name} to upload`,
      async () => (await describeJob(name)).SecondaryStatus === 'Uploading' || undefined,
    );
  };

  it('leaves the cores and the memory to others, ends soon after StopTrainingJob, and leaves nothing', async () => {
    await begin('stopped');
    const other = await bench.train('other', job('pass'));
    assert.equal(other.TrainingJobStatus, 'Completed', other.FailureReason);
    await stop('stopped');
    assert.equal((await describeJob('stopped')).TrainingJobStatus, 'Stopping');
    aheadMs += 121_000;
    await stop('stopped');
    const ended = await bench.jobEnd('stopped');
    assert.deepEqual([ended.TrainingJobStatus, ended.SecondaryStatus], ['Stopped', 'Stopped']);
    assert.equal(await stored('model/stopped'), 0);
  });

  it('does not hold up the end of the server, nor another job, nor its own stop after the start', async () => {
    await begin('kept');
    await platform.restart();
    await until(
      'it to upload again',
      async () => (await describeJob('kept')).SecondaryStatus === 'Uploading' || undefined,
    );
    const other = await bench.train('after-restart', job('pass'));
    assert.equal(other.TrainingJobStatus, 'Completed', other.FailureReason);
    await stop('kept');
    await platform.restart();
    aheadMs += 121_000;
    await stop('kept');
    assert.equal((await bench.jobEnd('kept')).TrainingJobStatus, 'Stopped');
  });
});
