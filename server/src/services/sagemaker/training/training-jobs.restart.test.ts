import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatformProcess } from '../../../../../test/harness/platform.ts';
import { channel, openWorkbench, slowCsv } from '../../../../../test/harness/workbench.ts';

const slow = {
  InputDataConfig: [channel('train', 'slow/')],
  HyperParameters: { num_round: '1000000', max_depth: '8' },
};

describe('training jobs survive', () => {
  it('a kill of the server while one runs and another waits for its place', async () => {
    await using killed = await startPlatformProcess({ flags: ['--job-cores', '2'] });
    const own = await openWorkbench(killed, { maxAttempts: 8 });
    await own.put('slow/data.csv', slowCsv());
    const first = { ...slow, HyperParameters: { num_round: '120', max_depth: '8' } };
    await own.sagemaker.send(new CreateTrainingJobCommand(own.trainingJob('first', first)));
    await own.sagemaker.send(new CreateTrainingJobCommand(own.trainingJob('second')));
    await until('first to run', async () => {
      const job = await own.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'first' }));
      return job.SecondaryStatus === 'Training' ? true : undefined;
    });
    await killed.kill9();
    await killed.restart();
    const ended = [await own.jobEnd('first'), await own.jobEnd('second')];
    for (const [i, job] of ended.entries()) {
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      assert.deepEqual(
        job.SecondaryStatusTransitions?.map(({ Status }) => Status),
        ['Starting', ...(i === 1 ? ['Pending'] : []), 'Downloading', 'Training', 'Uploading', 'Completed'],
      );
    }
    assert.match(
      ended[1]?.SecondaryStatusTransitions?.[1]?.StatusMessage ?? '',
      /^Waiting for capacity: 2 vCPUs and 8 GiB of memory requested, 0 of 2 vCPUs and \d+ of \d+ GiB available\.$/,
    );
    const startOf = (job: (typeof ended)[number] | undefined, status: string) =>
      job?.SecondaryStatusTransitions?.find(({ Status }) => Status === status)?.StartTime?.getTime() ?? Number.NaN;
    // The cores are free as soon as the first program has ended, while its artifact is uploaded.
    assert.ok(startOf(ended[1], 'Downloading') >= startOf(ended[0], 'Uploading'));
  });

  it('a stop and a kill at once', async () => {
    await using killed = await startPlatformProcess();
    const own = await openWorkbench(killed, { maxAttempts: 8 });
    await own.put('slow/data.csv', slowCsv());
    await own.sagemaker.send(new CreateTrainingJobCommand(own.trainingJob('halted', slow)));
    await own.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'halted' }));
    await killed.kill9();
    await killed.restart();
    const job = await own.jobEnd('halted');
    assert.equal(job.TrainingJobStatus, 'Stopped');
    const statuses = job.SecondaryStatusTransitions?.map(({ Status }) => Status) ?? [];
    assert.ok(!statuses.slice(statuses.indexOf('Stopping')).includes('Training'), String(statuses));
  });
});
