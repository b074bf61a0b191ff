/** --allow-reset: POST /_clary/reset deletes everything, for who holds the administrator's secret key, and is not there without the flag. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform, type TestPlatform } from '../../../test/harness/platform.ts';
import { processExecutor } from '../engine/executors/process.ts';
import { createLog } from '../kit/log.ts';

const withReset = () => startPlatform({ flags: ['--allow-reset'] });

async function reset(platform: TestPlatform, bearer?: string, method = 'POST') {
  const headers: Record<string, string> = bearer === undefined ? {} : { authorization: bearer };
  const answer = await fetch(`${platform.endpoint}/_clary/reset`, { method, headers });
  return { status: answer.status, text: await answer.text() };
}
const key = ({ credentials }: TestPlatform) => `Bearer ${credentials.secretAccessKey}`;

const filesOf = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

async function fill(platform: TestPlatform) {
  const iam = platform.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: 'a-bucket' }));
  await s3.send(new PutObjectCommand({ Bucket: 'a-bucket', Key: 'k', Body: 'x'.repeat(100_000) }));
  await platform.client(SageMakerClient).send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'g' }));
  return { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' };
}

async function held(platform: TestPlatform) {
  const { Users: users } = await platform.client(IAMClient).send(new ListUsersCommand({}));
  const { Buckets: buckets } = await platform.client(S3Client).send(new ListBucketsCommand({}));
  const groups = await platform.client(SageMakerClient).send(new ListModelPackageGroupsCommand({}));
  return [users?.length ?? 0, buckets?.length ?? 0, groups.ModelPackageGroupSummaryList?.length ?? 0];
}

describe('A reset does', () => {
  it('empty everything, and leaves the administrator, the address and the folder', async () => {
    await using platform = await withReset();
    const ann = await fill(platform);
    assert.deepEqual(await held(platform), [1, 1, 1]);
    assert.deepEqual(await reset(platform, key(platform)), { status: 200, text: '{"status":"reset"}' });
    assert.deepEqual(await held(platform), [0, 0, 0]);
    assert.equal(await filesOf(join(platform.dataDir, 'blobs')), 0);
    const stranger = platform.client(STSClient, { credentials: ann });
    await assert.rejects(stranger.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
    await fill(platform);
    assert.deepEqual(await held(platform), [1, 1, 1]);
  });

  it('ask for no key where none is asked for anywhere', async () => {
    await using platform = await startPlatform({
      flags: ['--allow-reset', '--any-credentials', '--log-level', 'silent'],
    });
    await fill(platform);
    assert.equal((await reset(platform)).status, 200);
    assert.deepEqual(await held(platform), [0, 0, 0]);
  });
});

describe('A reset refuses', () => {
  it('to be there without the flag', async () => {
    await using platform = await startPlatform();
    await fill(platform);
    assert.deepEqual(await reset(platform, key(platform)), { status: 404, text: 'There is nothing here.\n' });
    assert.deepEqual(await held(platform), [1, 1, 1]);
  });

  it('who does not show the administrator’s secret key, and other methods', async () => {
    await using platform = await withReset();
    await fill(platform);
    const message = 'A reset needs the administrator’s secret key: Authorization: Bearer <secret access key>';
    const { accessKeyId, secretAccessKey } = platform.credentials;
    for (const bearer of [
      undefined,
      '',
      'Bearer ',
      `Bearer ${accessKeyId}`,
      secretAccessKey,
      `${key(platform)}x`,
      'Bearer é',
    ])
      assert.deepEqual(await reset(platform, bearer), { status: 403, text: JSON.stringify({ message }) }, bearer);
    for (const method of ['GET', 'PUT', 'DELETE'])
      assert.equal((await reset(platform, key(platform), method)).status, 404);
    assert.deepEqual(await held(platform), [1, 1, 1]);
  });
});

describe('A reset survives', () => {
  it('others at the same time, and requests meanwhile', async () => {
    await using platform = await withReset();
    await fill(platform);
    const iam = platform.client(IAMClient);
    const resets = [1, 2, 3].map(() => reset(platform, key(platform)));
    const asked = [...Array(20)].map(() => iam.send(new ListUsersCommand({})));
    for (const { status } of await Promise.all(resets)) assert.equal(status, 200);
    for (const { Users: users } of await Promise.all(asked)) assert.ok(users && users.length <= 1);
    assert.deepEqual(await held(platform), [0, 0, 0]);
  });

  it('processes that run: they end with what they ran for', async () => {
    await using platform = await withReset();
    const executor = processExecutor({ log: createLog('silent', () => {}) });
    const dir = join(platform.dataDir, 'runs', 'a-kind', 'a-job');
    await executor.start({
      kind: 'process',
      dir,
      command: ['/bin/sh', '-c', 'while :; do sleep 1; done'],
      env: {},
      cwd: '/',
    });
    let record = '';
    while (!record) record = await readFile(join(dir, 'pid'), 'utf8').catch(() => '');
    const pid = Number(record.split(' ')[0]);
    assert.ok(process.kill(pid, 0));
    assert.equal((await reset(platform, key(platform))).status, 200);
    assert.deepEqual(await executor.status(dir), { state: 'absent' });
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
