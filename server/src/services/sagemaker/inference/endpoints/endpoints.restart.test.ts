import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../../../../../../test/harness/platform.ts';
import { openWorkbench, replicaPids, type Workbench } from '../../../../../../test/harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;

before(async () => {
  platform = await startPlatformProcess();
  bench = await openWorkbench(platform, { maxAttempts: 10 });
  const jobs = await Promise.all([bench.train('base'), bench.train('other', { HyperParameters: { num_round: '9' } })]);
  for (const job of jobs) {
    const name = job.TrainingJobName ?? '';
    await bench.createModel(name, job.ModelArtifacts?.S3ModelArtifacts);
    await bench.createConfig(name, name);
  }
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

async function killAndRestart(): Promise<void> {
  await platform.kill9();
  await platform.restart();
}

const pidsWhen = (count: number, not: readonly number[] = []) =>
  until(`${count} new processes`, async () => {
    const pids = await replicaPids(platform);
    return pids.length === count && !pids.some((pid) => not.includes(pid)) ? pids : undefined;
  });

/** Right after a restart the endpoint's processes are not adopted yet. */
const answered = (name: string) => until('an answer', () => bench.predict(name).catch(() => undefined));

describe('endpoints survive', () => {
  it('a kill of the server while they are created', async () => {
    await bench.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'made', EndpointConfigName: 'base' }));
    await killAndRestart();
    assert.equal((await bench.endpointWhen('made', 'InService', 'Failed')).EndpointStatus, 'InService');
    assert.ok(Number.isFinite(Number(await bench.predict('made'))));
    await pidsWhen(1);
  });

  it('the death of a process, and of the one that takes its place', async () => {
    const first = await replicaPids(platform);
    for (const pid of first) process.kill(pid, 'SIGKILL');
    const second = await pidsWhen(1, first);
    for (const pid of second) process.kill(pid, 'SIGKILL');
    await pidsWhen(1, [...first, ...second]);
    assert.ok(await answered('made'));
    assert.equal((await bench.endpointWhen('made', 'InService')).FailureReason, undefined);
  });

  it('a kill while they are updated', async () => {
    const before = await bench.predict('made');
    await bench.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'made', EndpointConfigName: 'other' }));
    await killAndRestart();
    const endpoint = await bench.endpointWhen('made', 'InService');
    assert.equal(endpoint.EndpointConfigName, 'other');
    assert.notEqual(await answered('made'), before);
    await pidsWhen(1);
  });

  it('a kill after their configuration and model were deleted: new processes come into service', async () => {
    const before = await replicaPids(platform);
    const answer = await bench.predict('made');
    await bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'other' }));
    await bench.sagemaker.send(new DeleteModelCommand({ ModelName: 'other' }));
    await platform.kill9();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await platform.restart();
    await pidsWhen(1, before);
    assert.equal(await answered('made'), answer);
    assert.equal((await bench.endpointWhen('made', 'InService')).EndpointConfigName, 'other');
  });

  it('a kill while they are deleted: no process is left', async () => {
    await bench.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'made' }));
    await killAndRestart();
    await pidsWhen(0);
    await until('the end of the endpoint', () =>
      bench.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'made' })).then(
        () => undefined,
        (error: Error) => /^Could not find endpoint/.test(error.message) || undefined,
      ),
    );
  });
});
