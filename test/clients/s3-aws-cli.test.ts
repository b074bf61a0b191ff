/** Buckets and objects by Debian's AWS CLI: what `aws s3` and `aws s3api` do for whoever has never heard of us. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertFiles, awkwardFiles, bytes, type Client, startClient, writeFiles } from './client.ts';

const large = bytes(17 * 1024 * 1024, 'cli');
let client: Client;
before(async () => {
  client = await startClient('AWS');
  await writeFiles(join(client.folder, 'tree'), awkwardFiles);
  await writeFiles(client.folder, { 'large.bin': large });
});
after(() => client[Symbol.asyncDispose]());

const aws = (...args: string[]) => client.run('--endpoint-url', client.platform.endpoint, '--output', 'json', ...args);
const s3 = (...args: string[]) => aws('s3', ...args);
const s3api = async (...args: string[]) => JSON.parse((await aws('s3api', ...args)) || '{}');

describe('aws s3 does', () => {
  test('mb, ls', async () => {
    assert.equal((await s3('mb', 's3://cli')).trim(), 'make_bucket: cli');
    assert.match(await s3('ls'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d cli$/m);
  });

  test('cp of a large file in parts, up, across and down', async () => {
    await s3('cp', '--only-show-errors', 'large.bin', 's3://cli/large.bin');
    const withoutTags = ['--copy-props', 'metadata-directive'];
    await s3('cp', '--only-show-errors', ...withoutTags, 's3://cli/large.bin', 's3://cli/copy.bin');
    await s3('cp', '--only-show-errors', 's3://cli/copy.bin', 'back.bin');
    assert.ok(large.equals(await readFile(join(client.folder, 'back.bin'))));
  });

  test('cp of a large file across, its tags too', async () => {
    await s3('cp', '--only-show-errors', 's3://cli/large.bin', 's3://cli/tagged.bin');
    await s3('rm', '--only-show-errors', 's3://cli/tagged.bin');
  });

  test('sync up and down, and again only what changed', async () => {
    await s3('sync', '--only-show-errors', 'tree', 's3://cli/tree');
    await s3('sync', '--only-show-errors', 's3://cli/tree', 'tree back');
    await assertFiles(join(client.folder, 'tree back'), awkwardFiles);
    await writeFiles(join(client.folder, 'tree'), { 'new.txt': bytes(3, 'new') });
    const second = await s3('sync', '--no-progress', 'tree', 's3://cli/tree');
    assert.deepEqual(second.trim().split('\n'), ['upload: tree/new.txt to s3://cli/tree/new.txt']);
  });

  test('presign, and any client can download', async () => {
    const url = (await s3('presign', 's3://cli/large.bin')).trim();
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    assert.ok(large.equals(Buffer.from(await answer.arrayBuffer())));
  });

  test('--no-sign-request, if every caller may read: docs/guides/public-data.md', async () => {
    await s3('mb', 's3://reports');
    await s3('cp', '--only-show-errors', 'tree/plain.txt', 's3://reports/november.txt');
    const read = () => s3('cp', '--no-sign-request', 's3://reports/november.txt', '-');
    await assert.rejects(read(), /403/);
    await s3api('delete-public-access-block', '--bucket', 'reports');
    const Resource = 'arn:aws:s3:::reports/*';
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource }];
    const policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await s3api('put-bucket-policy', '--bucket', 'reports', '--policy', policy);
    assert.equal(await read(), String(awkwardFiles['plain.txt']));
    await s3('rb', '--force', 's3://reports');
  });

  test('mv, rm --recursive, rb --force', async () => {
    await s3('mv', '--only-show-errors', 's3://cli/tree/plain.txt', 's3://cli/moved.txt');
    await s3('rm', '--only-show-errors', '--recursive', 's3://cli/tree');
    const left = await s3('ls', '--recursive', 's3://cli');
    assert.deepEqual([...left.matchAll(/^\S+ \S+ +(\d+) (.+)$/gm)].map(([, size, name]) => `${name} ${size}`).sort(), [
      `copy.bin ${large.length}`,
      `large.bin ${large.length}`,
      'moved.txt 11',
    ]);
    await s3('rb', '--force', 's3://cli');
    assert.deepEqual((await s3api('list-buckets')).Buckets, []);
  });
});

describe('aws s3api does', () => {
  test('put, head with the checksum, a range, delete', async () => {
    await s3api('create-bucket', '--bucket', 'cli-api');
    const put = ['--bucket', 'cli-api', '--key', 'k', '--body', 'large.bin', '--checksum-algorithm', 'SHA256'];
    const { ETag: etag, ChecksumSHA256: checksum } = await s3api('put-object', ...put, '--metadata', 'learner=7');
    const head = await s3api('head-object', '--bucket', 'cli-api', '--key', 'k', '--checksum-mode', 'ENABLED');
    assert.equal(head.ETag, etag);
    assert.equal(head.ChecksumSHA256, checksum);
    assert.deepEqual(head.Metadata, { learner: '7' });
    await s3api('get-object', '--bucket', 'cli-api', '--key', 'k', '--range', 'bytes=1000000-1000009', 'range.bin');
    assert.deepEqual(await readFile(join(client.folder, 'range.bin')), large.subarray(1_000_000, 1_000_010));
  });
});

describe('aws refuses', () => {
  test('in our words what is not there', async () => {
    const words = await client.refused('--endpoint-url', client.platform.endpoint, 's3', 'ls', 's3://not-there');
    assert.match(
      words,
      /\(NoSuchBucket\) when calling the ListObjectsV2 operation: The specified bucket does not exist/,
    );
  });
});
