/**
 * A data folder of November 2026 (migrations up to 0015: the iris example, an endpoint named kept, an object with versions, a user with a key), whose server was killed,
 * is started by this version: nothing is lost.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetUserPolicyCommand, IAMClient, ListGroupsForUserCommand } from '@aws-sdk/client-iam';
import { GetObjectTaggingCommand, ListObjectsV2Command, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListModelPackagesCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  waitUntilEndpointInService,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { readConfig } from '../../server/src/config.ts';
import { type RunningServer, startServer } from '../../server/src/main.ts';
import { removeRuns } from '../harness/platform.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);
const Bucket = 'iris-000000000000-us-east-1';

let dataDir: string;
let postgres: TestPostgres;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clary-upgrade-'));
  await run('tar', ['xzf', here('./fixtures/data-folder-2026-11.tar.gz'), '-C', dataDir]);
  postgres = await startPostgres();
});
after(async () => {
  await postgres[Symbol.asyncDispose]();
  await removeRuns(dataDir);
  await rm(dataDir, { recursive: true });
});

const start = (database: string) =>
  startServer(
    readConfig(['--data', dataDir, '--port', '0', '--log-level', 'error', '--database', database], process.env),
  );

async function checkEverything({ url: endpoint, credentials }: RunningServer): Promise<void> {
  const settings = { endpoint, credentials, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true };
  const s3 = new S3Client(settings);
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: 'versioned' }),
  );
  assert.deepEqual([Versions.length, DeleteMarkers.length], [3, 0]);
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'versioned' }));
  assert.deepEqual(TagSet, [{ Key: 'a', Value: 'b' }]);

  const ann = JSON.parse(await readFile(join(dataDir, 'ann.json'), 'utf8'));
  const { KeyCount = 0 } = await new S3Client({ ...settings, credentials: ann }).send(
    new ListObjectsV2Command({ Bucket }),
  );
  assert.ok(KeyCount > 10, String(KeyCount));
  const iam = new IAMClient(settings);
  const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }));
  assert.deepEqual(
    Groups?.map(({ GroupName }) => GroupName),
    ['staff'],
  );
  await iam.send(new GetUserPolicyCommand({ UserName: 'ann', PolicyName: 'p' }));

  const sagemaker = new SageMakerClient(settings);
  const { TrainingJobSummaries = [] } = await sagemaker.send(new ListTrainingJobsCommand({}));
  assert.equal(TrainingJobSummaries.length, 2);
  for (const { TrainingJobName } of TrainingJobSummaries) {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    assert.equal(job.TrainingJobStatus, 'Completed');
    assert.ok(job.ModelArtifacts?.S3ModelArtifacts);
  }
  const versions = await sagemaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'iris' }));
  assert.ok(versions.ModelPackageSummaryList?.some(({ ModelApprovalStatus }) => ModelApprovalStatus === 'Approved'));

  await waitUntilEndpointInService(
    { client: sagemaker, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { EndpointName: 'kept' },
  );
  const { EndpointConfigName } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'kept' }));
  assert.equal(EndpointConfigName, 'kept');
  const request = { EndpointName: 'kept', ContentType: 'text/csv', Body: '5.1,3.5,1.4,0.2' };
  const invoke = () =>
    new SageMakerRuntimeClient({ ...settings, maxAttempts: 30 }).send(new InvokeEndpointCommand(request));
  assert.equal(
    (await invoke()).Body?.transformToString(),
    '0.9931134581565857,0.004971236456185579,0.0019152375170961022\n',
  );
}

describe('a data folder of an earlier version', () => {
  test('is served by SQLite with everything that was in it', async () => {
    await using server = await start('sqlite');
    await checkEverything(server);
  });

  test('moves to PostgreSQL with everything that was in it', async () => {
    const url = await postgres.create();
    await run(process.execPath, [here('../../cli/src/main.ts'), 'migrate', '--data', dataDir, '--to', url]);
    await using server = await start(url);
    await checkEverything(server);
  });
});
