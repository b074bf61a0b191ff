/** Buckets and objects by rclone, which sends MD5s, keeps times in metadata and compares by HEAD. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertFiles, awkwardFiles, bytes, type Client, startClient, writeFiles } from './client.ts';

const large = bytes(13 * 1024 * 1024, 'rclone');
const files = { ...awkwardFiles, 'large.bin': large };
let client: Client;
before(async () => {
  client = await startClient('RCLONE', ({ endpoint, region }) => ({
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_CLARY_TYPE: 's3',
    RCLONE_CONFIG_CLARY_PROVIDER: 'Other',
    RCLONE_CONFIG_CLARY_ENV_AUTH: 'true',
    RCLONE_CONFIG_CLARY_ENDPOINT: endpoint,
    RCLONE_CONFIG_CLARY_REGION: region,
    RCLONE_S3_UPLOAD_CUTOFF: '5Mi',
    RCLONE_S3_CHUNK_SIZE: '5Mi',
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
  }));
  await writeFiles(join(client.folder, 'tree'), files);
});
after(() => client[Symbol.asyncDispose]());

const rclone = (...args: string[]) => client.run(...args);

describe('rclone does', () => {
  test('mkdir, copy in parts, lsf with hashes, check', async () => {
    await rclone('mkdir', 'clary:rclone');
    await rclone('copy', 'tree', 'clary:rclone/tree');
    const listed = (await rclone('lsf', '--recursive', '--files-only', 'clary:rclone/tree')).trim().split('\n');
    assert.deepEqual(listed.sort(), Object.keys(files).sort());
    await rclone('check', 'tree', 'clary:rclone/tree');
    await rclone('check', '--download', 'tree', 'clary:rclone/tree');
  });

  test('copy down, the bytes and the times the same', async () => {
    await rclone('copy', 'clary:rclone/tree', 'tree back');
    await assertFiles(join(client.folder, 'tree back'), files);
    const times = async (where: string) =>
      (await rclone('lsf', '--recursive', '--files-only', '--format', 'tp', where)).split('\n').sort();
    assert.deepEqual(await times('clary:rclone/tree'), await times('tree'));
  });

  test('sync, which deletes what the source has no more', async () => {
    const changed = { 'plain.txt': bytes(12, 'changed'), 'large.bin': large };
    await writeFiles(join(client.folder, 'changed'), changed);
    await rclone('sync', 'changed', 'clary:rclone/tree');
    await rclone('sync', 'clary:rclone/tree', 'changed back');
    await assertFiles(join(client.folder, 'changed back'), changed);
  });

  test('rcat, a stream of unknown length in parts', async () => {
    await client.feed(large, 'rcat', 'clary:rclone/streamed.bin');
    await rclone('copyto', 'clary:rclone/streamed.bin', 'streamed/streamed.bin');
    await assertFiles(join(client.folder, 'streamed'), { 'streamed.bin': large });
  });

  test('link, and any client can download', async () => {
    const answer = await fetch((await rclone('link', '--expire', '10m', 'clary:rclone/streamed.bin')).trim());
    assert.equal(answer.status, 200);
    assert.ok(large.equals(Buffer.from(await answer.arrayBuffer())));
  });

  test('a copy on the server, purge', async () => {
    await rclone('copyto', 'clary:rclone/streamed.bin', 'clary:rclone/a copy+of it.bin');
    await rclone('check', '--one-way', 'streamed', 'clary:rclone');
    await rclone('purge', 'clary:rclone');
    assert.equal(await rclone('lsd', 'clary:'), '');
  });
});
