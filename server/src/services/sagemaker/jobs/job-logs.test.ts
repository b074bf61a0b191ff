import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, startPlatformProcess, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { channel, openWorkbench, slowCsv, type Workbench } from '../../../../../test/harness/workbench.ts';

const jobs = '/aws/sagemaker/TrainingJobs';
let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('slow/data.csv', slowCsv());
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

/** The names of the streams of a group; none while the group is not there. */
async function streams(logs: CloudWatchLogsClient, logGroupName: string, prefix?: string): Promise<string[]> {
  const asked = new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: prefix });
  const { logStreams = [] } = await logs.send(asked).catch((error: Error) => {
    assert.equal(error.name, 'ResourceNotFoundException');
    return { logStreams: [] };
  });
  return logStreams.map((stream) => stream.logStreamName ?? '');
}

/** Every line of a stream, page by page. */
async function lines(logs: CloudWatchLogsClient, logGroupName: string, logStreamName: string): Promise<string[]> {
  const found: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, nextToken: token }),
    );
    found.push(...(page.events ?? []).map((event) => event.message ?? ''));
    if (page.nextForwardToken === token) return found;
    token = page.nextForwardToken;
  }
}

const rounds = (found: readonly string[]) =>
  found.flatMap((line) => /^\[(\d+)\]#011train-rmse:/.exec(line)?.[1] ?? []).map(Number);

describe('logs', () => {
  it('holds what a job printed, in the stream that AWS names', async () => {
    const logs = platform.client(CloudWatchLogsClient);
    const job = await bench.train('plain');
    const stream = `plain/algo-1-${job.CreationTime?.getTime()}`;
    assert.deepEqual(await streams(logs, jobs, 'plain/'), [stream]);
    const found = await lines(logs, jobs, stream);
    assert.ok(found.some((line) => line.endsWith(':INFO] Channel train has 20 rows of 2 features')));
    assert.deepEqual(rounds(found), [0, 1, 2]);
  });

  it('are read while the job runs', async () => {
    const logs = platform.client(CloudWatchLogsClient);
    const changes = {
      InputDataConfig: [channel('train', 'slow/')],
      HyperParameters: { num_round: '1000000', max_depth: '8' },
    };
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('running', changes)));
    const seen = await until('the first rounds', async () => {
      const [stream] = await streams(logs, jobs, 'running/');
      const found = stream ? rounds(await lines(logs, jobs, stream)) : [];
      return found.length > 0 ? found.length : undefined;
    });
    await until('more rounds', async () => {
      const [stream = ''] = await streams(logs, jobs, 'running/');
      return rounds(await lines(logs, jobs, stream)).length > seen ? true : undefined;
    });
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'running' }));
    await bench.jobEnd('running');
    const [stream = ''] = await streams(logs, jobs, 'running/');
    const found = await lines(logs, jobs, stream);
    assert.ok(found.some((line) => line.includes('Stopped by SIGTERM')));
    assert.deepEqual(
      rounds(found),
      Array.from(rounds(found), (_, i) => i),
    );
  });

  it('holds each line once and in order, however many calls bring them', async () => {
    const logs = platform.client(CloudWatchLogsClient);
    const count = 4000;
    const job = await bench.train('long', { HyperParameters: { num_round: String(count), max_depth: '1' } });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const [stream = ''] = await streams(logs, jobs, 'long/');
    assert.deepEqual(
      rounds(await lines(logs, jobs, stream)),
      Array.from({ length: count }, (_, i) => i),
    );
  });

  it('are there with an endpoint, and show what its model printed', async () => {
    const logs = platform.client(CloudWatchLogsClient);
    const job = await bench.train('served');
    await bench.createModel('served', job.ModelArtifacts?.S3ModelArtifacts);
    await bench.createConfig('served', 'served');
    await bench.deploy('served', 'served');
    const group = '/aws/sagemaker/Endpoints/served';
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
    assert.deepEqual(
      logGroups.map((found) => found.logGroupName),
      [group],
    );
    const [stream = '', ...others] = await streams(logs, group);
    assert.match(stream, /^AllTraffic\/[\w-]+$/);
    assert.deepEqual(others, []);
    await until('the line that says ready', async () =>
      (await lines(logs, group, stream)).some((line) => /^ready: .* with 2 features/.test(line)) ? true : undefined,
    );
    await assert.rejects(bench.predict('served', '1'), { name: 'ModelError' });
    await until('the refusal', async () =>
      (await lines(logs, group, stream)).some((line) => line.includes('inference data 1 is not consistent'))
        ? true
        : undefined,
    );
  });
});

describe('logs survive', () => {
  it('a kill of the server while the job prints: no line is lost', async () => {
    await using killed = await startPlatformProcess();
    const own = await openWorkbench(killed, { maxAttempts: 8 });
    const logs = killed.client(CloudWatchLogsClient, { maxAttempts: 8 });
    const count = 3000;
    const changes = { HyperParameters: { num_round: String(count), max_depth: '1' } };
    await own.sagemaker.send(new CreateTrainingJobCommand(own.trainingJob('printed', changes)));
    await until('the first lines', async () => ((await streams(logs, jobs)).length > 0 ? true : undefined));
    await killed.kill9();
    await killed.restart();
    assert.equal((await own.jobEnd('printed')).TrainingJobStatus, 'Completed');
    const [stream = ''] = await streams(logs, jobs);
    // What was shipped right before the kill may be there twice: nothing may be there never.
    assert.equal(new Set(rounds(await lines(logs, jobs, stream))).size, count);
  });
});
