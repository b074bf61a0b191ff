import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  UpdateTrainingJobCommand,
  type UpdateTrainingJobCommandInput,
  type WarmPoolResourceStatus,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { channel, openWorkbench, slowCsv, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
/** How far the server's clock is ahead, so that pools can end: less than a signature may be old. */
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };

before(async () => {
  platform = await startPlatform({ clock });
  bench = await openWorkbench(platform);
  await bench.put('slow/data.csv', slowCsv());
});
after(() => platform[Symbol.asyncDispose]());

const slow: Partial<CreateTrainingJobCommandInput> = {
  InputDataConfig: [channel('train', 'slow/')],
  HyperParameters: { num_round: '1000000', max_depth: '8' },
};
const keepAlive = (seconds: number): Partial<CreateTrainingJobCommandInput> => ({
  ResourceConfig: {
    InstanceType: 'ml.m5.large',
    InstanceCount: 1,
    VolumeSizeInGB: 1,
    KeepAlivePeriodInSeconds: seconds,
  },
});
const create = (name: string, changes: Partial<CreateTrainingJobCommandInput> = {}) =>
  bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob(name, changes)));
const describeJob = (name: string) => bench.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const remove = (name: string) => bench.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: name }));
const stop = (name: string) => bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
const update = (name: string, changes: Partial<UpdateTrainingJobCommandInput>) =>
  bench.sagemaker.send(new UpdateTrainingJobCommand({ TrainingJobName: name, ...changes }));
const list = (input: object) => bench.sagemaker.send(new ListTrainingJobsCommand(input));
const pooled = async (status: WarmPoolResourceStatus) =>
  ((await list({ WarmPoolStatusEquals: status })).TrainingJobSummaries ?? []).map((job) => job.TrainingJobName);
const validation = (message: string) => ({ name: 'ValidationException', message });

describe('DeleteTrainingJob', () => {
  it('deletes an ended job and keeps its artifacts; its name can be used again', async () => {
    const first = await bench.train('again');
    await remove('again');
    await assert.rejects(describeJob('again'), validation('Requested resource not found.'));
    assert.deepEqual((await list({ NameContains: 'again' })).TrainingJobSummaries, []);
    assert.ok((await bench.read('model/again/output/model.tar.gz')).length > 0);
    const second = await bench.train('again');
    assert.equal(second.TrainingJobStatus, 'Completed');
    assert.ok((first.CreationTime ?? 0) < (second.CreationTime ?? 0));
  });

  it('refuses a job that is not there, or not at its end', async () => {
    await assert.rejects(remove('nobody'), { name: 'ResourceNotFound', message: 'Requested resource not found.' });
    await create('running', slow);
    await assert.rejects(remove('running'), {
      name: 'ResourceInUse',
      message:
        'The request was rejected because the training job is in status InProgress. Only jobs in status Completed, Failed or Stopped can be deleted.',
    });
    await stop('running');
    await bench.jobEnd('running');
    await remove('running');
  });
});

describe('UpdateTrainingJob', () => {
  it('refuses what is empty, not there, or not built', async () => {
    await bench.train('plain');
    await assert.rejects(
      update('plain', {}),
      validation('Invalid UpdateTrainingJobRequest, the request cannot be empty'),
    );
    const change = { ResourceConfig: { KeepAlivePeriodInSeconds: 60 } };
    await assert.rejects(update('nobody', change), validation('Requested resource not found.'));
    await assert.rejects(
      update('plain', change),
      validation(
        'The request was rejected because the training job has no warm pool: it was created without KeepAlivePeriodInSeconds.',
      ),
    );
    await assert.rejects(
      update('plain', { ProfilerConfig: { DisableProfiler: true } }),
      validation('The request was rejected because the training job is in status Completed.'),
    );
    await assert.rejects(
      update('plain', { RemoteDebugConfig: { EnableRemoteDebug: false } }),
      validation(
        'The request was rejected because the training job is in secondary status Completed. RemoteDebugConfig can be updated in Downloading and Training.',
      ),
    );
    await assert.rejects(
      update('plain', { RemoteDebugConfig: { EnableRemoteDebug: true } }),
      validation('EnableRemoteDebug is not supported by Clary yet.'),
    );
  });

  it('keeps the settings of a job that runs', async () => {
    await create('profiled', slow);
    await until('training', async () =>
      (await describeJob('profiled')).SecondaryStatus === 'Training' ? true : undefined,
    );
    const { TrainingJobArn } = await update('profiled', {
      ProfilerConfig: { DisableProfiler: true },
      RemoteDebugConfig: { EnableRemoteDebug: false },
    });
    const job = await describeJob('profiled');
    assert.equal(job.TrainingJobArn, TrainingJobArn);
    assert.deepEqual(
      [job.ProfilerConfig, job.RemoteDebugConfig, job.ProfilingStatus],
      [{ DisableProfiler: true }, { EnableRemoteDebug: false }, 'Disabled'],
    );
    await stop('profiled');
    assert.equal((await bench.jobEnd('profiled')).TrainingJobStatus, 'Stopped');
  });

  it('says how long a warm pool is kept', async () => {
    await create('pool', { ...slow, ...keepAlive(120) });
    assert.deepEqual((await describeJob('pool')).WarmPoolStatus, { Status: 'InUse' });
    assert.deepEqual(await pooled('InUse'), ['pool']);
    await stop('pool');
    const { WarmPoolStatus: kept } = await bench.jobEnd('pool');
    assert.equal(kept?.Status, 'Available');
    assert.deepEqual([await pooled('InUse'), await pooled('Available')], [[], ['pool']]);
    await assert.rejects(remove('pool'), {
      name: 'ResourceInUse',
      message:
        'The request was rejected because the training job retains a warm pool in status Available. Terminate it with UpdateTrainingJob and KeepAlivePeriodInSeconds 0.',
    });
    await update('pool', { ResourceConfig: { KeepAlivePeriodInSeconds: 600 } });
    ahead += 240_000;
    assert.equal((await describeJob('pool')).WarmPoolStatus?.Status, 'Available');
    await update('pool', { ResourceConfig: { KeepAlivePeriodInSeconds: 0 } });
    assert.deepEqual((await describeJob('pool')).WarmPoolStatus, {
      Status: 'Terminated',
      ResourceRetainedBillableTimeInSeconds: 0,
    });
    assert.deepEqual(
      [await pooled('Available'), await pooled('Terminated'), await pooled('Reused')],
      [[], ['pool'], []],
    );
    await assert.rejects(
      update('pool', { ResourceConfig: { KeepAlivePeriodInSeconds: 60 } }),
      validation('The request was rejected because the warm pool of the training job is in status Terminated.'),
    );
    await remove('pool');
  });

  it('lets a pool end by its time', async () => {
    const { WarmPoolStatus: kept } = await bench.train('brief', keepAlive(60));
    assert.equal(kept?.Status, 'Available');
    ahead += 61_000;
    const { TrainingJobSummaries: [summary] = [] } = await list({ NameContains: 'brief' });
    assert.deepEqual(summary?.WarmPoolStatus, { Status: 'Terminated', ResourceRetainedBillableTimeInSeconds: 60 });
  });
});

describe('ListTrainingJobs', () => {
  it('lists each job once, whatever is added or deleted between its pages', async () => {
    for (const name of ['page-a', 'page-b', 'page-c', 'page-d']) await bench.train(name);
    const input = { NameContains: 'page-', SortOrder: 'Descending' as const, MaxResults: 2 };
    const names = (page: Awaited<ReturnType<typeof list>>) =>
      page.TrainingJobSummaries?.map((job) => job.TrainingJobName);
    const first = await list(input);
    assert.deepEqual(names(first), ['page-d', 'page-c']);
    await bench.train('page-e');
    await remove('page-d');
    const second = await list({ ...input, NextToken: first.NextToken });
    assert.deepEqual(names(second), ['page-b', 'page-a']);
    assert.equal(second.NextToken, undefined);
  });

  it('refuses a token of another order, and has no job under a training plan', async () => {
    const { NextToken } = await list({ NameContains: 'page-', MaxResults: 1 });
    assert.ok(NextToken);
    await assert.rejects(list({ SortBy: 'Name', NextToken }), validation('Invalid pagination token given'));
    const TrainingPlanArnEquals = 'arn:aws:sagemaker:us-east-1:000000000000:training-plan/none';
    assert.deepEqual((await list({ TrainingPlanArnEquals })).TrainingJobSummaries, []);
  });
});
