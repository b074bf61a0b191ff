import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { migrations } from '../../../migrations.ts';
import type { Database } from '../../../storage/database.ts';
import { openSqliteDatabase } from '../../../storage/sqlite-database.ts';
import { putConfiguration } from '../bucket-configuration/configuration-store.ts';
import { createBucketCache } from './bucket-cache.ts';
import { insertBucket, removeBucket } from './bucket-store.ts';

const dir = await mkdtemp(join(tmpdir(), 'clary-test-'));
const database = await openSqliteDatabase({ file: join(dir, 'clary.db'), migrations });
after(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

let reads = 0;
const counted: Database = {
  dialect: 'sqlite',
  read: (query) => {
    reads++;
    return database.read(query);
  },
  write: (statements) => database.write(statements),
  close: () => database.close(),
};
const cache = createBucketCache(counted);

const rowOf = (name: string) => ({
  name,
  account: '000000000000',
  region: 'us-east-1',
  created_at: 1,
  document: '{}',
  versioning: 'Unversioned' as const,
  object_lock: null,
});
const tagging = (value: string) => ({ TagSet: [{ Key: 'k', Value: value }] });

describe('the cache of buckets does', () => {
  it('ask once however many ask at once, and then not again', async () => {
    await database.write([insertBucket(rowOf('once')), putConfiguration(rowOf('once'), 'tagging', tagging('1'))]);
    reads = 0;
    const found = await Promise.all([cache.find('once'), cache.find('once')]);
    assert.equal(found[0], found[1]);
    assert.deepEqual(found[0], { ...rowOf('once'), configuration: { tagging: tagging('1') } });
    assert.equal(cache.find('once'), found[0]);
    assert.equal(reads, 1);
  });

  it('not remember that a bucket was missing', async () => {
    assert.equal(await cache.find('later'), undefined);
    await database.write([insertBucket(rowOf('later'))]);
    assert.equal((await cache.find('later'))?.name, 'later');
  });
});

describe('the cache of buckets survives', () => {
  it('a bucket that comes while it is looked for: who asks afterwards finds it', async () => {
    const before = cache.find('coming');
    await database.write([insertBucket(rowOf('coming'))]);
    cache.forget('coming');
    assert.equal((await cache.find('coming'))?.name, 'coming');
    await before;
  });

  it('a write while it loads: what was read before is not kept', async () => {
    await database.write([insertBucket(rowOf('raced')), putConfiguration(rowOf('raced'), 'tagging', tagging('old'))]);
    const before = cache.find('raced');
    const written = database.write([putConfiguration(rowOf('raced'), 'tagging', tagging('new'))]);
    await written.then(() => cache.forget('raced'));
    await before;
    assert.deepEqual((await cache.find('raced'))?.configuration.tagging, tagging('new'));
  });

  it('a bucket that went with all it was set to', async () => {
    await database.write([insertBucket(rowOf('gone')), putConfiguration(rowOf('gone'), 'tagging', tagging('1'))]);
    await cache.find('gone');
    await database.write(removeBucket('gone'));
    cache.forget('gone');
    assert.equal(await cache.find('gone'), undefined);
    await database.write([insertBucket(rowOf('gone'))]);
    assert.deepEqual((await cache.find('gone'))?.configuration, {});
  });
});
