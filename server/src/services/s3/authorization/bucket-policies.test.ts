import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Access } from '../../../contract/operation.ts';
import { migrations } from '../../../migrations.ts';
import { openSqliteDatabase } from '../../../storage/sqlite-database.ts';
import { putConfiguration } from '../bucket-configuration/configuration-store.ts';
import { createBucketCache } from '../buckets/bucket-cache.ts';
import { insertBucket } from '../buckets/bucket-store.ts';
import { s3Operations } from '../service.ts';
import { addBucketPolicies } from './bucket-policies.ts';

const dir = await mkdtemp(join(tmpdir(), 'clary-test-'));
const database = await openSqliteDatabase({ file: join(dir, 'clary.db'), migrations });
after(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

const rowOf = (name: string) => ({
  name,
  account: '111111111111',
  region: 'us-east-1',
  created_at: 1,
  document: '{}',
  versioning: 'Unversioned' as const,
  object_lock: null,
});
const document = '{"Statement":[]}';
await database.write([
  insertBucket(rowOf('governed')),
  putConfiguration(rowOf('governed'), 'policy', { Policy: document }),
  insertBucket(rowOf('free')),
]);
const deps = { buckets: createBucketCache(database) };
type Ask = (input: object, call: object, given: object) => Access[] | Promise<Access[]>;
const ask = (name: keyof typeof s3Operations, input: object, account = '111111111111') => {
  const operation = s3Operations[name];
  assert.ok(operation);
  const needed = (operation.access as unknown as Ask)(input, { account }, deps) as Access[];
  return addBucketPolicies(needed, input, { account } as never, deps as never) as Access[] | Promise<Access[]>;
};
const resourcePolicy = { document, account: '111111111111' };

describe('permissions do', () => {
  it('come with the policy of their bucket', async () => {
    const asked = await ask('GetObject', { Bucket: 'governed', Key: 'a/b' });
    assert.deepEqual(asked, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::governed/a/b', resourcePolicy }]);
    assert.ok(Array.isArray(ask('GetObject', { Bucket: 'governed', Key: 'a/b' })), 'at once when the bucket is known');
    const [listed] = await ask('ListObjectsV2', { Bucket: 'governed', Prefix: 'p' });
    assert.deepEqual(listed?.resourcePolicy, resourcePolicy);
    assert.deepEqual(listed?.context, { 's3:prefix': 'p' });
  });

  it('come with each bucket’s own', async () => {
    const asked = await ask('CopyObject', { Bucket: 'free', Key: 'k', CopySource: 'governed/k' });
    assert.deepEqual(
      asked.map(({ resource, resourcePolicy: policy }) => [resource, policy]),
      [
        ['arn:aws:s3:::governed/k', resourcePolicy],
        ['arn:aws:s3:::free/k', undefined],
      ],
    );
  });

  it('say whose the bucket is where grants may let in others', async () => {
    const [asked] = await ask('GetObject', { Bucket: 'free', Key: 'k' }, '222222222222');
    assert.deepEqual(asked?.resourcePolicy, { account: '111111111111', document: undefined });
  });

  it('come as they are where there is no policy to ask', async () => {
    for (const [name, input] of [
      ['PutObject', { Bucket: 'free', Key: 'k' }],
      ['PutObject', { Bucket: 'not-there', Key: 'k' }],
      ['CreateBucket', { Bucket: 'governed' }],
      ['ListBuckets', {}],
    ] as const) {
      for (const access of await ask(name, input)) assert.equal(access.resourcePolicy, undefined);
    }
  });
});
