/** Buckets and objects by s3cmd, which signs by its own code and speaks S3 as it was before checksums. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertFiles, awkwardFiles, bytes, type Client, startClient, writeFiles } from './client.ts';

const large = bytes(11 * 1024 * 1024, 's3cmd');
let client: Client;
before(async () => {
  client = await startClient('S3CMD');
  const host = new URL(client.platform.endpoint).host;
  const { accessKeyId, secretAccessKey } = client.platform.credentials;
  const settings = {
    access_key: accessKeyId,
    secret_key: secretAccessKey,
    host_base: host,
    host_bucket: host,
    use_https: 'False',
    signature_v2: 'False',
    bucket_location: client.platform.region,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(join(client.folder, '.s3cfg'), ['[default]', ...lines, ''].join('\n'));
  await writeFiles(join(client.folder, 'tree'), awkwardFiles);
  await writeFiles(client.folder, { 'large.bin': large });
});
after(() => client[Symbol.asyncDispose]());

const s3cmd = (...args: string[]) => client.run('--no-progress', '--quiet', ...args);

describe('s3cmd does', () => {
  test('mb, put in parts, info, get', async () => {
    await s3cmd('mb', 's3://s3cmd');
    await s3cmd('put', '--multipart-chunk-size-mb=5', 'large.bin', 's3://s3cmd/large.bin');
    const info = await client.run('info', 's3://s3cmd/large.bin');
    assert.match(info, new RegExp(`File size: ${large.length}$`, 'm'));
    assert.match(info, /MD5 sum: +[0-9a-f]{32}/);
    await s3cmd('get', 's3://s3cmd/large.bin', 'back.bin');
    assert.ok(large.equals(await readFile(join(client.folder, 'back.bin'))));
  });

  test('signurl, which knows only signature version 2', async () => {
    await s3cmd('mb', 's3://signed');
    await s3cmd('put', 'large.bin', 's3://signed/large.bin');
    const answer = await fetch((await client.run('signurl', 's3://signed/large.bin', '+600')).trim());
    assert.equal(answer.status, 200);
    assert.ok(large.equals(Buffer.from(await answer.arrayBuffer())));
  });

  test('mb in the location that s3cmd has where none is configured', async () => {
    await s3cmd('--bucket-location=US', '--region=US', 'mb', 's3://usual-location');
    await s3cmd('rb', 's3://usual-location');
  });

  test('mv, cp, modify, du', async () => {
    await s3cmd('cp', 's3://s3cmd/large.bin', 's3://s3cmd/copied.bin');
    await s3cmd('mv', 's3://s3cmd/copied.bin', 's3://s3cmd/moved.bin');
    await s3cmd('modify', '--add-header=x-amz-meta-learner: 7', 's3://s3cmd/moved.bin');
    assert.match(await client.run('info', 's3://s3cmd/moved.bin'), /x-amz-meta-learner: 7/);
    assert.match(await client.run('du', 's3://s3cmd'), new RegExp(`^\\s*${2 * large.length}\\s+2 objects`));
    await s3cmd('rm', 's3://s3cmd/moved.bin');
  });

  test('sync up and down, ls, and nothing twice', async () => {
    await s3cmd('sync', 'tree/', 's3://s3cmd/tree/');
    await s3cmd('sync', 's3://s3cmd/tree/', 'tree back/');
    await assertFiles(join(client.folder, 'tree back'), awkwardFiles);
    const listed = await client.run('ls', '--recursive', '--list-md5', 's3://s3cmd/tree/');
    for (const [name, content] of Object.entries(awkwardFiles)) {
      const md5 = createHash('md5').update(content).digest('hex');
      assert.ok(
        listed.split('\n').some((line) => line.includes(md5) && line.endsWith(`s3://s3cmd/tree/${name}`)),
        `${name} is not in\n${listed}`,
      );
    }
    assert.equal(await client.run('--dry-run', 'sync', 'tree/', 's3://s3cmd/tree/'), '');
  });

  test('a multipart upload that was left, and its end', async () => {
    const { S3Client, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const begun = await client.platform
      .client(S3Client)
      .send(new CreateMultipartUploadCommand({ Bucket: 's3cmd', Key: 'left.bin' }));
    assert.match(await client.run('multipart', 's3://s3cmd'), new RegExp(`left\\.bin\\s+${begun.UploadId}`));
    await s3cmd('abortmp', 's3://s3cmd/left.bin', begun.UploadId ?? '');
    assert.doesNotMatch(await client.run('multipart', 's3://s3cmd'), /left\.bin/);
  });

  test('del --recursive, rb', async () => {
    await s3cmd('del', '--recursive', '--force', 's3://s3cmd/');
    assert.equal(await client.run('ls', '--recursive', 's3://s3cmd'), '');
    await s3cmd('rb', 's3://s3cmd');
  });
});

describe('s3cmd refuses', () => {
  test('in our words what is not there', async () => {
    assert.match(await client.refused('ls', 's3://s3cmd'), /NoSuchBucket/);
  });
});
