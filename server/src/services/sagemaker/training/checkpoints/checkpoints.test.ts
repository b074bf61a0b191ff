/** Checkpoints go to S3 while a job runs and come back with the next one. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import { scripted } from '../../../../../../test/harness/scripted-job.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const request = (script: string, prefix: string, LocalPath?: string) => ({
  ...scripted(`import os, sys, time\nplace = '${LocalPath ?? '/opt/ml/checkpoints'}'\n${script}`),
  InputDataConfig: undefined,
  CheckpointConfig: { S3Uri: `s3://${bucket}/${prefix}`, ...(LocalPath ? { LocalPath } : {}) },
});
const text = async (key: string) => Buffer.from(await bench.read(key)).toString();
const exists = (key: string) => text(key).catch(() => undefined);
async function keys(prefix: string): Promise<string[]> {
  const { Contents = [] } = await bench.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map(({ Key = '' }) => Key);
}

describe('checkpoints', () => {
  it('are in S3 while the job runs', async () => {
    const script = `
os.makedirs(place + '/deep'); open(place + '/deep/first', 'w').write('1'); open(place + '/count', 'w').write('1')
time.sleep(1000)`;
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('running', request(script, 'running'))));
    await until('the first checkpoint', () => exists('running/deep/first'));
    assert.equal(await until('the other', () => exists('running/count')), '1');
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'running' }));
    assert.equal((await bench.jobEnd('running')).TrainingJobStatus, 'Stopped');
  });

  it('changed again are uploaded again', async () => {
    const script = `
for i in range(1000000):
    open(place + '/count.new', 'w').write(str(i)); os.replace(place + '/count.new', place + '/count'); time.sleep(5)`;
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('again', request(script, 'again'))));
    const first = await until('a checkpoint', () => exists('again/count'));
    await until('another', async () => ((await exists('again/count')) === first ? undefined : true));
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'again' }));
    await bench.jobEnd('again');
  });

  it('are as they were left, also where their times were set back', async () => {
    const script = `
import signal
path = place + '/same'
def end(*_):
    times = os.stat(path)
    open(path, 'r+').write('later')
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open(path, 'w').write('first')
time.sleep(1000)`;
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('back', request(script, 'back'))));
    assert.equal(await until('the checkpoint', () => exists('back/same')), 'first');
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'back' }));
    assert.equal((await bench.jobEnd('back')).TrainingJobStatus, 'Stopped');
    assert.equal(await text('back/same'), 'later');
  });

  it('are there when the next job with the same place starts, at whatever path', async () => {
    const script = `
state = place + '/state/n'
before = int(open(state).read()) if os.path.exists(state) else 0
os.makedirs(place + '/state', exist_ok=True); open(state, 'w').write(str(before + 1))
open('/opt/ml/model/before', 'w').write(str(before))`;
    for (const [i, path] of [undefined, '/opt/ml/checkpoints/deeper/', '/checkpoints', '/root/work/ckpt'].entries()) {
      const job = await bench.train(`resumed-${i}`, request(script, 'resumed/', path));
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      assert.equal(await text('resumed/state/n'), String(i + 1));
    }
    assert.deepEqual(await keys('resumed/'), ['resumed/state/n']);
  });

  it('of a job that fails are kept', async () => {
    const job = await bench.train('failed', request(`open(place + '/last', 'w').write('kept'); sys.exit(1)`, 'failed'));
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.equal(await text('failed/last'), 'kept');
  });

  it('of another job whose name begins alike are not downloaded', async () => {
    await bench.put('near-by/x', 'other');
    const job = await bench.train(
      'near',
      request(
        `open('/opt/ml/model/seen', 'w').write(repr(os.listdir(place))); sys.exit(len(os.listdir(place)))`,
        'near',
      ),
    );
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  });

  it('are never other files of the machine', async () => {
    const script = `
os.symlink('/etc/hostname', place + '/link'); os.symlink('/etc', place + '/folder'); os.mkfifo(place + '/pipe')
open(place + '/real', 'w').write('real')`;
    const job = await bench.train('links', request(script, 'links'));
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual(await keys('links/'), ['links/real']);
    const replaced = `os.rmdir(place); os.symlink('/etc', place)`;
    assert.equal((await bench.train('replaced', request(replaced, 'replaced'))).TrainingJobStatus, 'Completed');
    assert.deepEqual(await keys('replaced/'), []);
  });
});

describe('what is written for TensorBoard', () => {
  it('is in S3 while the job runs, below the job’s name', async () => {
    for (const [name, path] of [
      ['board', undefined],
      ['board-elsewhere', '/board'],
    ] as const) {
      const script = `import os, time\nopen('${path ?? '/opt/ml/output/tensorboard'}/events', 'w').write('e'); time.sleep(1000)`;
      const board = { S3OutputPath: `s3://${bucket}/boards`, ...(path ? { LocalPath: path } : {}) };
      const job = { ...scripted(script), InputDataConfig: undefined, TensorBoardOutputConfig: board };
      await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob(name, job)));
      await until('the events', () => exists(`boards/${name}/tensorboard-output/events`));
      await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
      await bench.jobEnd(name);
    }
    assert.deepEqual(await keys('model/board/'), []);
  });
});

describe('refused are', () => {
  for (const [path, why] of [
    ['/opt/ml/model', 'is a folder that the job or its system uses for something else'],
    ['/opt/ml/input/data/x', 'is a folder that the job or its system uses for something else'],
    ['/usr/lib/x', 'is a folder that the job or its system uses for something else'],
    ['/tmp/../etc', 'is not a plain path'],
    ['/', 'is a folder that the job or its system uses for something else'],
    ['relative', 'is not an absolute path'],
  ] as const) {
    it(`the path ${path}`, () =>
      assert.rejects(bench.train('refused', request('pass', 'refused', path)), ({ name, message }: Error) => {
        assert.equal(name, 'ValidationException');
        return (
          message.includes(why) || message.includes("at 'checkpointConfig.localPath' failed to satisfy constraint")
        );
      }));
  }

  it('folders in each other', () =>
    assert.rejects(
      bench.train('refused', {
        ...request('pass', 'x', '/a'),
        TensorBoardOutputConfig: { S3OutputPath: `s3://${bucket}/b`, LocalPath: '/a/b' },
      }),
      {
        name: 'ValidationException',
        message: 'The LocalPaths of CheckpointConfig and TensorBoardOutputConfig must not lie in each other.',
      },
    ));

  it('a place that is not in S3', () =>
    assert.rejects(
      bench.train('refused', { ...request('pass', 'x'), CheckpointConfig: { S3Uri: 'https://example.com/x' } }),
      { name: 'ValidationException', message: 'Invalid S3 URI: https://example.com/x' },
    ));
});
