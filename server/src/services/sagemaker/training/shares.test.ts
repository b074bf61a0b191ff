/** A program that writes more than its volume holds, or takes more memory than its instance has. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { scripted } from '../../../../../test/harness/scripted-job.ts';
import { openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';
import { findCgroups } from '../../../engine/executors/cgroups.ts';

let platform: TestPlatform;
let bench: Workbench;
before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

/** Allocates without writing, as quick as the file system goes. */
const fill = (path: string, gib: number, then: string) => `
import os
os.makedirs(os.path.dirname('${path}'), exist_ok=True)
file = os.open('${path}', os.O_CREAT | os.O_WRONLY)
os.posix_fallocate(file, 0, int(${gib} * 2**30))
${then}`;
const sleep = 'import time; time.sleep(1000)';

/** Wherever the program can write on a disk. */
const places = ['/opt/ml/model', '/opt/ml/input', '/tmp', '/opt/python', '/root/.cache', '/made', '/var', '/etc'];
for (const [i, place] of places.entries()) {
  const path = `${place}/large`;
  it(`a job that fills its share of the disk at ${path} is ended, and says so`, async () => {
    const job = await bench.train(`fills-${i}`, scripted(fill(path, 1.1, sleep)));
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.equal(
      job.FailureReason,
      'ClientError: No space left on the volume of algo-1: the job wrote more than 1 GiB to its files and its log. Increase VolumeSizeInGB, or write less.',
    );
  });
}

it('a job that stays below its share is left alone', async () => {
  const job = await bench.train('stays', scripted(fill('/tmp/large', 0.9, 'import time; time.sleep(3)')));
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
});

it('a job that takes more memory than its instances have is ended, and says so', async (context) => {
  const groups = await findCgroups(platform.dataDir);
  if (typeof groups === 'string') return context.skip(groups);
  await groups.close();
  const resources = { InstanceType: 'ml.t3.medium', InstanceCount: 1, VolumeSizeInGB: 1 } as const;
  const greedy = `taken = [b'x' * (1 << 28) for _ in range(20)]`;
  const job = await bench.train('greedy', { ...scripted(greedy), ResourceConfig: resources });
  assert.equal(job.TrainingJobStatus, 'Failed');
  assert.equal(
    job.FailureReason,
    'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
  );
});
