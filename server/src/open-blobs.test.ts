/** A start with another store of blobs than before, or with credentials that cannot be read. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from './config.ts';
import { createLog } from './kit/log.ts';
import { openBlobs } from './open-blobs.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-open-blobs-'));
});
after(() => rm(folder, { recursive: true }));

const key = randomBytes(32);
const log = createLog('silent', () => {});
const open = (...flags: string[]) => openBlobs(readConfig(['--data', folder, ...flags], {}), key, log);
const nowhere = ['--blobs', 's3://bucket/prefix', '--blobs-endpoint', 'http://127.0.0.1:1'];

describe('openBlobs refuses', () => {
  test('credentials that are not there', () =>
    assert.rejects(open(...nowhere, '--blobs-credentials', join(folder, 'key')), /cannot be read/));

  test('credentials that are none', async () => {
    const file = join(folder, 'none.json');
    for (const text of ['not JSON', 'null', '{"accessKeyId": "AKIA"}']) {
      await writeFile(file, text);
      await assert.rejects(open(...nowhere, '--blobs-credentials', file), /must hold JSON with accessKeyId and secret/);
    }
  });

  test('another store than the one that holds the objects, until a flag says that they were copied', async () => {
    async function* bytes() {
      yield Buffer.from('x');
    }
    await (await open()).put(bytes());
    await assert.rejects(open(...nowhere), {
      message:
        `the objects of ${folder} are in files, not in s3://bucket/prefix: start with --blobs files, or copy them first\n` +
        `After copying them (docs/blobs.md), write s3://bucket/prefix into ${join(folder, 'blobs-location')}.`,
    });
    await rm(join(folder, 'blobs-location'));
    await assert.rejects(open(...nowhere), /are in files/, 'a folder from before the file');
    await writeFile(join(folder, 'blobs-location'), 's3://bucket/prefix\n');
    await assert.rejects(open(), /are in s3:\/\/bucket\/prefix, not in files/);
  });
});
