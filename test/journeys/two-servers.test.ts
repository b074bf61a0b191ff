/** Two servers on one PostgreSQL schema and one data folder (needs CLARY_TEST_POSTGRES): both answer, one does the background work, the other takes over. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AttachUserPolicyCommand, DetachUserPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { Client } from 'pg';
import { until } from '../../examples/workflow/stage.ts';
import { removeRuns, type ServerProcess, startServerProcess } from '../harness/platform.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { beginnings } from '../harness/runs.ts';
import { scripted } from '../harness/scripted-job.ts';
import { makeUser } from '../harness/user.ts';
import { openWorkbench, type Workbench } from '../harness/workbench.ts';

let dataDir: string;
let postgres: TestPostgres;
let database: Client;
/** The first has the lease. */
let first: ServerProcess;
let second: ServerProcess;
let bench: Workbench;
let flags: string[];

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clary-two-'));
  postgres = await startPostgres();
  const url = await postgres.create();
  flags = ['--database', url, '--sandbox', 'required', '--job-cores', '4'];
  database = new Client({ connectionString: url });
  // PostgreSQL is killed on the way.
  database.on('error', () => {});
  await database.connect();
  first = await startServerProcess(dataDir, flags);
  second = await startServerProcess(dataDir, flags);
  bench = await openWorkbench(first, { maxAttempts: 10 });
});
after(async () => {
  await first?.end('SIGTERM');
  await second?.end('SIGTERM');
  await database?.end();
  await postgres?.[Symbol.asyncDispose]();
  await removeRuns(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

/** How long until a condition holds, in ms. */
async function timeUntil(what: string, holds: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  await until(what, async () => ((await holds()) ? true : undefined));
  return performance.now() - started;
}

const holds = (promise: Promise<unknown>) =>
  promise.then(
    () => true,
    () => false,
  );

const waiting = (name: string, seconds: number) =>
  bench.trainingJob(
    name,
    scripted(`import os, time\nprint("began", os.urandom(4).hex(), flush=True)\ntime.sleep(${seconds})`),
  );

/** How often the job's program has begun. */
async function beganCount(server: ServerProcess, name: string): Promise<number> {
  const input = { logGroupName: '/aws/sagemaker/TrainingJobs', logStreamNamePrefix: name };
  const { events = [] } = await server.client(CloudWatchLogsClient).send(new FilterLogEventsCommand(input));
  return beginnings(events.map(({ message = '' }) => message));
}

const statusOf = async (server: ServerProcess, TrainingJobName: string) =>
  (await server.client(SageMakerClient).send(new DescribeTrainingJobCommand({ TrainingJobName }))).TrainingJobStatus;

const statusUntil = (server: ServerProcess, name: string, status: string) =>
  until(`${name} is ${status}`, async () => ((await statusOf(server, name)) === status ? true : undefined), 60_000);

describe('two servers on one database', () => {
  test('read each other’s objects, and both answer for all buckets', async () => {
    const Bucket = 'shared';
    await first.client(S3Client).send(new CreateBucketCommand({ Bucket }));
    await second
      .client(S3Client)
      .send(new PutObjectCommand({ Bucket, Key: 'large', Body: Buffer.alloc(200_000, 'x') }));
    await second.client(S3Client).send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'text' }));
    for (const Key of ['large', 'small']) {
      const { Body } = await first.client(S3Client).send(new GetObjectCommand({ Bucket, Key }));
      assert.equal((await Body?.transformToByteArray())?.length, Key === 'large' ? 200_000 : 4);
    }
  });

  test('notice each other’s changes of policies, keys and buckets within a second', async () => {
    const Bucket = 'noticed';
    await first.client(S3Client).send(new CreateBucketCommand({ Bucket }));
    await assertNoticed(Bucket, 'at-once');
  });

  test('notice them when the notices are lost', async () => {
    const listening = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'clary changes'`;
    const ended = await database.query(listening);
    assert.ok((ended.rowCount ?? 0) >= 2, 'both servers listen');
    const Bucket = 'unnoticed';
    await first.client(S3Client).send(new CreateBucketCommand({ Bucket }));
    await assertNoticed(Bucket, 'later', 2000);
  });

  async function assertNoticed(Bucket: string, UserName: string, mostMs = 1000): Promise<void> {
    const user = await makeUser(first, UserName);
    const client = second.client(S3Client, { credentials: user.credentials });
    const mayList = () => holds(client.send(new ListBucketsCommand({})));
    assert.equal(await mayList(), false);
    const policy = { UserName, PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' };
    const iam = first.client(IAMClient);
    await iam.send(new AttachUserPolicyCommand(policy));
    assert.ok((await timeUntil('the policy counts', mayList)) < mostMs);
    await iam.send(new DetachUserPolicyCommand(policy));
    assert.ok((await timeUntil('the policy counts no more', async () => !(await mayList()))) < mostMs);

    const versioning = async () =>
      (await second.client(S3Client).send(new GetBucketVersioningCommand({ Bucket }))).Status === 'Enabled';
    assert.equal(await versioning(), false);
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await first.client(S3Client).send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    assert.ok((await timeUntil('the setting counts', versioning)) < mostMs);
  }

  test('keep one audit trail, whose chain of hashes is whole', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? first : second).client(S3Client).send(new CreateBucketCommand({ Bucket: `audited-${i}` })),
      ),
    );
    const { rows } = await database.query<{ previous: string; hash: string }>(
      `select previous, encode(sha256(convert_to(previous || chr(10) || record, 'UTF8')), 'hex') as hash
       from clary.audit_events order by seq`,
    );
    assert.ok(rows.length > 20);
    for (const [i, { previous }] of rows.entries()) assert.equal(previous, i === 0 ? '' : rows[i - 1]?.hash);
  });

  test('run a job that the server without the lease has accepted', async () => {
    await second.client(SageMakerClient).send(new CreateTrainingJobCommand(waiting('accepted', 0)));
    await statusUntil(second, 'accepted', 'Completed');
    assert.equal(await beganCount(first, 'accepted'), 1);
  });

  test('predict through both', async () => {
    const { ModelArtifacts: artifacts } = await bench.train('model');
    await bench.createModel('both', artifacts?.S3ModelArtifacts);
    await bench.createConfig('both', 'both');
    await bench.deploy('both', 'both');
    const invoke = () =>
      second
        .client(SageMakerRuntimeClient)
        .send(new InvokeEndpointCommand({ EndpointName: 'both', ContentType: 'text/csv', Body: '1,2' }));
    assert.ok((await timeUntil('the route is known', () => holds(invoke()))) < 2000);
    assert.match(Buffer.from((await invoke()).Body ?? []).toString(), /^\d/);
  });

  test('answer and work again after PostgreSQL was killed and started again', async () => {
    await postgres.kill9();
    await postgres.start();
    for (const [i, server] of [first, second].entries()) {
      const name = `after-restart-${i}`;
      await server.client(SageMakerClient, { maxAttempts: 10 }).send(new CreateTrainingJobCommand(waiting(name, 0)));
      await statusUntil(server, name, 'Completed');
      assert.equal(await beganCount(server, name), 1);
    }
  });

  test('continue when the holder of the lease does not answer; it takes nothing up again when it returns', async () => {
    await first.client(SageMakerClient).send(new CreateTrainingJobCommand(waiting('paused', 14)));
    await until('the job runs', async () => ((await beganCount(second, 'paused')) === 1 ? true : undefined), 60_000);
    process.kill(first.pid, 'SIGSTOP');
    try {
      await second.client(SageMakerClient).send(new CreateTrainingJobCommand(waiting('taken-over', 0)));
      await statusUntil(second, 'taken-over', 'Completed');
    } finally {
      process.kill(first.pid, 'SIGCONT');
    }
    await statusUntil(second, 'paused', 'Completed');
    await first.client(SageMakerClient, { maxAttempts: 10 }).send(new CreateTrainingJobCommand(waiting('returned', 0)));
    await statusUntil(first, 'returned', 'Completed');
    for (const name of ['paused', 'taken-over', 'returned']) assert.equal(await beganCount(second, name), 1, name);
  });

  test('take over within ten seconds when the holder is killed, and end its job once', async () => {
    await second.client(SageMakerClient).send(new CreateTrainingJobCommand(waiting('orphan', 4)));
    await until('the job runs', async () => ((await beganCount(first, 'orphan')) === 1 ? true : undefined), 60_000);
    await second.end('SIGKILL');
    const started = performance.now();
    await first.client(SageMakerClient, { maxAttempts: 10 }).send(new CreateTrainingJobCommand(waiting('next', 0)));
    await until('a job begins', async () => ((await beganCount(first, 'next')) === 1 ? true : undefined), 60_000);
    assert.ok(performance.now() - started < 10_000);
    await statusUntil(first, 'orphan', 'Completed');
    assert.equal(await beganCount(first, 'orphan'), 1);
  });

  test('a reset is refused while another server uses the database', async () => {
    second = await startServerProcess(dataDir, [...flags, '--allow-reset']);
    const answer = await fetch(`${second.endpoint}/_clary/reset`, {
      method: 'POST',
      headers: { authorization: `Bearer ${second.credentials.secretAccessKey}` },
    });
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /another server uses this database/);
    assert.equal(await statusOf(first, 'orphan'), 'Completed');
  });
});
