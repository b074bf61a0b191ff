/** A job's limits outlive the server that set them: whoever adopts the job learns why it was killed, and nothing of it stays. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { isThere } from '../../server/src/engine/is-there.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { scripted } from '../harness/scripted-job.ts';
import { openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;
before(async () => {
  platform = await startPlatformProcess({ flags: ['--sandbox', 'required', '--job-memory-gib', '1'] });
  bench = await openWorkbench(platform, { maxAttempts: 10 });
});
after(() => platform[Symbol.asyncDispose]());

/** Waits for its word, then takes more than it may. */
const greedy = `
import os, time
open('/opt/ml/output/waits', 'w').close()
while not os.path.exists('/opt/ml/output/go'): time.sleep(0.05)
taken = [b'x' * (1 << 27) for _ in range(16)]`;

async function begin(name: string): Promise<string> {
  await bench.sagemaker.send(
    new CreateTrainingJobCommand(bench.trainingJob(name, { ...scripted(greedy), InputDataConfig: undefined })),
  );
  return until(`${name} to run`, async () => {
    const runs = join(platform.dataDir, 'runs', 'training');
    const [run = ''] = await readdir(runs).catch((): string[] => []);
    const dir = join(runs, run, 'algo-1');
    return (await isThere(join(dir, 'ml', 'output', 'waits'))) ? dir : undefined;
  });
}

for (const when of ['before', 'after'] as const) {
  test(`a job that takes too much memory ${when} its server starts again fails for that reason`, async (context) => {
    const dir = await begin(`greedy-${when}`);
    const groups = (await readFile(join(dir, 'groups'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
    const go = () => writeFile(join(dir, 'ml', 'output', 'go'), '');
    await platform.kill9();
    if (when === 'before') {
      await go();
      await until('the end of the program', async () => ((await isThere(join(dir, 'exit'))) ? true : undefined));
    }
    await platform.restart();
    if (when === 'after') await go();
    const job = await bench.jobEnd(`greedy-${when}`);
    if (groups.length === 0) {
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      return context.diagnostic('no control groups here: the job took what it wanted');
    }
    assert.equal(
      job.FailureReason,
      'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
    );
    await until('the end of its folder', async () => ((await isThere(dirname(dir))) ? undefined : true));
    for (const group of groups) assert.equal(await isThere(group), false, group);
  });
}
