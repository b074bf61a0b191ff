/** How training jobs end before their program wants to, and begin again where the platform failed them. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { scripted, unpacked } from '../../../../../test/harness/scripted-job.ts';
import { bucket, channel, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
let aheadMs = 0;

before(async () => {
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  platform = await startPlatform({ clock, flags: ['--job-cores', '4', '--job-memory-gib', '64'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, script: string, changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.sagemaker.send(
    new CreateTrainingJobCommand(
      bench.trainingJob(name, {
        ...scripted(`import os, sys, time, signal\n${script}`),
        InputDataConfig: undefined,
        ...changes,
      }),
    ),
  );
const stop = (name: string) => bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const when = (name: string, status: string) =>
  until(`${name} ${status}`, async () => ((await describeJob(name)).SecondaryStatus === status ? true : undefined));
const statuses = (job: DescribeTrainingJobCommandOutput) => job.SecondaryStatusTransitions?.map(({ Status }) => Status);
/** The program says that it is ready by a checkpoint. */
const ready = `open('/opt/ml/checkpoints/ready', 'w').close()`;
const checkpoints = (name: string) => ({ CheckpointConfig: { S3Uri: `s3://${bucket}/stopping/${name}` } });
const isReady = (name: string) =>
  until(`${name} to be ready`, () => bench.read(`stopping/${name}/ready`).catch(() => undefined));

describe('a job that is asked to stop', () => {
  it('gets SIGTERM, and what it does then is kept', async () => {
    const script = `
def last(*_): open('/opt/ml/model/m', 'w').write('saved'); sys.exit(0)
signal.signal(signal.SIGTERM, last)
${ready}
while True: signal.pause()`;
    await create('gentle', script, checkpoints('gentle'));
    await isReady('gentle');
    await stop('gentle');
    const job = await bench.jobEnd('gentle');
    assert.deepEqual([job.TrainingJobStatus, job.FailureReason], ['Stopped', undefined]);
    assert.deepEqual(await unpacked(await bench.read('model/gentle/output/model.tar.gz')), { m: 'saved' });
  });

  it('and does not mind is killed after 120 seconds', async () => {
    const script = `
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open('/opt/ml/model/m', 'w').write('as it was')
${ready}
while True: signal.pause()`;
    await create('deaf', script, checkpoints('deaf'));
    await isReady('deaf');
    await stop('deaf');
    aheadMs += 119_000;
    await until(
      'a look at the job',
      async () => (await describeJob('deaf')).TrainingJobStatus === 'Stopping' || undefined,
    );
    aheadMs += 2_000;
    const job = await bench.jobEnd('deaf');
    assert.equal(job.TrainingJobStatus, 'Stopped');
    assert.deepEqual(statuses(job), ['Starting', 'Downloading', 'Training', 'Stopping', 'Uploading', 'Stopped']);
    assert.deepEqual(await unpacked(await bench.read('model/deaf/output/model.tar.gz')), { m: 'as it was' });
  });

  it('gets SIGTERM once', async () => {
    const script = `
times = []
signal.signal(signal.SIGTERM, lambda *_: times.append(1))
time.sleep(3)
${ready}
while not times: time.sleep(0.05)
for _ in range(30): time.sleep(0.05)
open('/opt/ml/model/times', 'w').write(str(len(times)))`;
    await create('once-asked', script, checkpoints('once-asked'));
    await isReady('once-asked');
    await stop('once-asked');
    await bench.jobEnd('once-asked');
    assert.deepEqual(await unpacked(await bench.read('model/once-asked/output/model.tar.gz')), { times: '1' });
  });

  it('while it uploads is Stopped, with its model', async () => {
    await create('late', `open('/opt/ml/model/m', 'wb').write(os.urandom(${64 * 2 ** 20}))`);
    await when('late', 'Uploading');
    await stop('late');
    const job = await bench.jobEnd('late');
    assert.deepEqual(statuses(job), ['Starting', 'Downloading', 'Training', 'Uploading', 'Stopping', 'Stopped']);
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${bucket}/model/late/output/model.tar.gz`);
  });

  it('while it downloads does not wait for the rest, and never trains', async () => {
    await bench.put('large/object', Buffer.alloc(48 * 2 ** 20));
    const channels = Array.from({ length: 20 }, (_, i) => channel(`c${i}`, 'large/'));
    await create('early', 'pass', { InputDataConfig: channels });
    await when('early', 'Downloading');
    await stop('early');
    const job = await bench.jobEnd('early');
    assert.deepEqual(statuses(job), ['Starting', 'Downloading', 'Stopping', 'Stopped']);
  });

  it('while it waits for its place never begins', async () => {
    for (const name of ['holds-1', 'holds-2']) await create(name, 'time.sleep(1000)');
    for (const name of ['holds-1', 'holds-2']) await when(name, 'Training');
    await create('waits', 'pass');
    await stop('waits');
    const job = await bench.jobEnd('waits');
    assert.deepEqual(
      [statuses(job), job.TrainingStartTime],
      [['Starting', 'Pending', 'Stopping', 'Stopped'], undefined],
    );
  });

  it('by its own limit of waiting ends as MaxWaitTimeExceeded', async () => {
    const condition = { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 };
    await create('spot', 'pass', { EnableManagedSpotTraining: true, StoppingCondition: condition });
    const job = await bench.jobEnd('spot');
    assert.deepEqual([job.TrainingJobStatus, job.SecondaryStatus], ['Stopped', 'MaxWaitTimeExceeded']);
    for (const name of ['holds-1', 'holds-2']) await stop(name);
    for (const name of ['holds-1', 'holds-2']) await bench.jobEnd(name);
  });
});

describe('a job that vanishes', () => {
  /** Kills the program and its supervisor, as the machine's end would. */
  async function vanish(name: string): Promise<void> {
    const folder = join(platform.dataDir, 'runs', 'training');
    for (const run of await readdir(folder)) {
      const file = join(folder, run, 'algo-1');
      const names = await readdir(join(file, 'ml', 'checkpoints')).catch((): string[] => []);
      if (!names.includes(name)) continue;
      const [pid] = (await readFile(join(file, 'supervisor'), 'utf8')).split(' ');
      process.kill(-Number(pid), 'SIGKILL');
      return;
    }
    assert.fail(`no run of ${name}`);
  }
  const script = (name: string) => `
if os.path.exists('/opt/ml/checkpoints/ready'):
    open('/opt/ml/model/m', 'w').write('second'); sys.exit(0)
open('/opt/ml/checkpoints/${name}', 'w').close()
${ready}
time.sleep(1000)`;

  it('begins again where it may, with its checkpoints', async () => {
    await create('again', script('again'), { ...checkpoints('again'), RetryStrategy: { MaximumRetryAttempts: 2 } });
    await isReady('again');
    await vanish('again');
    const job = await bench.jobEnd('again');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const once = ['Downloading', 'Training'];
    assert.deepEqual(statuses(job), ['Starting', ...once, 'Restarting', ...once, 'Uploading', 'Completed']);
    assert.deepEqual(await unpacked(await bench.read('model/again/output/model.tar.gz')), { m: 'second' });
    assert.deepEqual(job.RetryStrategy, { MaximumRetryAttempts: 2 });
  });

  it('fails where it may not', async () => {
    await create('once', script('once'), checkpoints('once'));
    await isReady('once');
    await vanish('once');
    const job = await bench.jobEnd('once');
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^InternalServerError: /);
  });
});

describe('refused are waits', () => {
  for (const [what, changes, message] of [
    ['without spot', { StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 2 } }, 'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true'],
    ['shorter than the run', { EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds: 2, MaxWaitTimeInSeconds: 1 } }, 'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds'],
    ['of spot without a length', { EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds: 2 } }, 'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds'],
  ] as [string, Partial<CreateTrainingJobCommandInput>, string][]) {
    it(what, () => assert.rejects(create('refused', 'pass', changes), { name: 'ValidationException', message }));
  } // biome-ignore format: a table
});
