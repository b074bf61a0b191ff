/** How long a job may wait for its place: MaxPendingTimeInSeconds, over restarts of the server, whether or not the place comes free meanwhile. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { type OwnPlatform, startPlatform } from '../../../../../test/harness/platform.ts';
import { scripted } from '../../../../../test/harness/scripted-job.ts';
import { openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: OwnPlatform;
let bench: Workbench;
let aheadMs = 0;

const hour = 3600;
const move = (seconds: number) => {
  aheadMs += seconds * 1000;
};

before(async () => {
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  platform = await startPlatform({ clock, flags: ['--job-cores', '2', '--job-memory-gib', '64'] });
  bench = await openWorkbench(platform);
  // Signatures are as old as the server thinks. The client would go by the Date of the answers, which is the machine's.
  Object.defineProperty(bench.sagemaker.config, 'systemClockOffset', { get: () => aheadMs, set() {} });
});
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, script: string, StoppingCondition: CreateTrainingJobCommandInput['StoppingCondition']) =>
  bench.sagemaker.send(
    new CreateTrainingJobCommand(
      bench.trainingJob(name, { ...scripted(script), InputDataConfig: undefined, StoppingCondition }),
    ),
  );
const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const when = (name: string, status: string) =>
  until(`${name} ${status}`, async () => ((await describeJob(name)).SecondaryStatus === status ? true : undefined));
const stop = (name: string) => bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
const holds = 'import time; time.sleep(100000)';
const days = { MaxRuntimeInSeconds: 24 * hour };
const pending = (seconds: number) => ({ ...days, MaxPendingTimeInSeconds: seconds });

async function assertEnded(name: string): Promise<void> {
  const job = await bench.jobEnd(name);
  assert.deepEqual([job.TrainingJobStatus, job.SecondaryStatus, job.FailureReason], ['Stopped', 'Stopped', undefined]);
  assert.deepEqual(
    job.SecondaryStatusTransitions?.map(({ Status }) => Status),
    ['Starting', 'Pending', 'Stopped'],
  );
  assert.equal(
    job.SecondaryStatusTransitions?.at(-1)?.StatusMessage,
    'Training job pending time exceeded MaxPendingTimeInSeconds provided. Training job stopped',
  );
  assert.deepEqual([job.TrainingStartTime, job.BillableTimeInSeconds], [undefined, undefined]);
}

describe('a job that waits for its place', () => {
  it('longer than its MaxPendingTimeInSeconds is stopped; a job that may wait longer starts', async () => {
    await create('holds', holds, days);
    await when('holds', 'Training');
    await create('short', 'pass', pending(2 * hour));
    await create('long', 'pass', pending(3 * hour));
    await create('patient', 'pass', days);
    for (const name of ['short', 'long', 'patient']) await when(name, 'Pending');
    move(2 * hour - 60);
    // The next restart looks at all of them at once.
    await platform.restart();
    for (const name of ['short', 'long', 'patient']) assert.equal((await describeJob(name)).SecondaryStatus, 'Pending');
    move(120);
    await assertEnded('short');
    assert.equal((await describeJob('holds')).SecondaryStatus, 'Training');
    await stop('holds');
    for (const name of ['long', 'patient']) assert.equal((await bench.jobEnd(name)).TrainingJobStatus, 'Completed');
  });

  it('while the server is away is stopped when it comes back, even where its place is free by then', async () => {
    await create('holds-too', holds, { MaxRuntimeInSeconds: hour });
    await when('holds-too', 'Training');
    await create('away', 'pass', pending(2 * hour));
    await when('away', 'Pending');
    await stop('holds-too');
    await platform.restart(() => move(2 * hour));
    await assertEnded('away');
  });

  it('and is admitted is not counted any more', async () => {
    await create('runs', holds, pending(2 * hour));
    await when('runs', 'Training');
    move(3 * hour);
    await platform.restart();
    await create('next', 'pass', days);
    await when('next', 'Pending');
    assert.equal((await describeJob('runs')).SecondaryStatus, 'Training');
    await stop('runs');
    assert.equal((await bench.jobEnd('next')).TrainingJobStatus, 'Completed');
  });
});
