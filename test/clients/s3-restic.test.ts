/** A backup by restic and its whole life in a bucket: restic checks every byte that it reads against its own hashes. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertFiles, awkwardFiles, bytes, type Client, startClient, writeFiles } from './client.ts';

const first = { ...awkwardFiles, 'large.bin': bytes(6 * 1024 * 1024, 'restic') };
const second = { ...first, 'large.bin': bytes(7 * 1024 * 1024, 'restic, changed') };
let client: Client;
before(async () => {
  client = await startClient('RESTIC', ({ endpoint }, folder) => ({
    RESTIC_REPOSITORY: `s3:${endpoint}/restic/repository`,
    RESTIC_PASSWORD: 'a password for a test',
    RESTIC_CACHE_DIR: join(folder, 'cache'),
  }));
  await writeFiles(join(client.folder, 'tree'), first);
});
after(() => client[Symbol.asyncDispose]());

const restic = (...args: string[]) => client.run('--quiet', ...args);

describe('restic does', () => {
  test('init, which makes the bucket; backup twice; restore', async () => {
    await restic('init');
    await restic('backup', 'tree');
    await writeFiles(join(client.folder, 'tree'), second);
    await restic('backup', 'tree');
    assert.equal(JSON.parse(await restic('snapshots', '--json')).length, 2);
    await restic('restore', 'latest', '--target', 'back');
    await assertFiles(join(client.folder, 'back', 'tree'), second);
  });

  test('forget --prune, check --read-data without its cache', async () => {
    await restic('forget', '--prune', '--keep-last', '1');
    await rm(join(client.folder, 'cache'), { recursive: true });
    await restic('check', '--read-data');
    assert.equal(JSON.parse(await restic('snapshots', '--json')).length, 1);
  });
});

describe('restic refuses', () => {
  test('a repository that is not there, in our words', async () => {
    const words = await client.refused('-r', `s3:${client.platform.endpoint}/nowhere/repository`, 'snapshots');
    assert.match(words, /The specified (bucket|key) does not exist/);
  });
});
