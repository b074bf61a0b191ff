import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

const dayMs = 86_400_000;
/** Noon, so that a day later is the midnight after the next. */
const start = Date.parse('2026-03-01T12:00:00Z');
let time = start;
let platform: TestPlatform;
let buckets = 0;
before(async () => {
  platform = await startPlatform({ clock: { now: () => new Date(time) } });
});
after(() => platform[Symbol.asyncDispose]());
beforeEach(() => {
  time = start;
});

/** A client that lives in the platform's time. */
const client = () => platform.client(S3Client, { systemClockOffset: time - Date.now() });

async function startBucket(create: object = {}) {
  buckets += 1;
  const Bucket = `rules-${buckets}`;
  await client().send(new CreateBucketCommand({ Bucket, ...create }));
  return {
    Bucket,
    put: (Key: string, more: object = {}) => client().send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more })),
    remove: (Key: string) => client().send(new DeleteObjectCommand({ Bucket, Key })),
    version: () =>
      client().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    /** Also makes the platform look at the bucket. */
    rules: (...Rules: LifecycleRule[]) =>
      client().send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
    keys: async () =>
      ((await client().send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key),
    versions: async () => {
      const page = await client().send(new ListObjectVersionsCommand({ Bucket }));
      return { versions: page.Versions ?? [], markers: page.DeleteMarkers ?? [] };
    },
  };
}

const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({
  ID: 'r',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  ...more,
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

describe('lifecycle rules do', () => {
  it('expire objects when their day has come, and tell of it before', async () => {
    const b = await startBucket();
    const old = rule({ Filter: { Prefix: 'old/' }, Expiration: { Days: 1 } });
    await b.rules(old);
    const expected = 'expiry-date="Tue, 03 Mar 2026 00:00:00 GMT", rule-id="r"';
    assert.equal((await b.put('old/a')).Expiration, expected);
    assert.equal((await b.put('kept')).Expiration, undefined);
    assert.equal((await client().send(new HeadObjectCommand({ Bucket: b.Bucket, Key: 'old/a' }))).Expiration, expected);
    time = start + dayMs;
    await b.put('old/late');
    time = Date.parse('2026-03-03T00:00:01Z');
    await b.rules(old);
    await until(async () => (await b.keys()).length === 2);
    assert.deepEqual(await b.keys(), ['kept', 'old/late']);
  });

  it('put a marker before versions, remove old ones, and the marker when it is alone', async () => {
    const b = await startBucket();
    await b.version();
    await b.put('k');
    const all = rule({
      Expiration: { Days: 1 },
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    });
    time = start + 3 * dayMs;
    await b.rules(all);
    await until(async () => (await b.versions()).markers.length === 1);
    assert.equal((await b.versions()).versions.length, 1);
    time = start + 6 * dayMs;
    await b.rules(all);
    await until(async () => (await b.versions()).versions.length === 0);
    await b.rules(rule({ Expiration: { ExpiredObjectDeleteMarker: true } }));
    await until(async () => (await b.versions()).markers.length === 0);
  });

  it('keep as many newer versions as they say', async () => {
    const b = await startBucket();
    await b.version();
    for (let count = 0; count < 5; count++) await b.put('k');
    time = start + 3 * dayMs;
    await b.rules(rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } }));
    await until(async () => (await b.versions()).versions.length === 3);
  });

  it('abort uploads that nobody completed', async () => {
    const b = await startBucket();
    await client().send(new CreateMultipartUploadCommand({ Bucket: b.Bucket, Key: 'forgotten' }));
    const uploads = async () =>
      (await client().send(new ListMultipartUploadsCommand({ Bucket: b.Bucket }))).Uploads?.length ?? 0;
    assert.equal(await uploads(), 1);
    time = start + 3 * dayMs;
    await b.rules(rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }));
    await until(async () => (await uploads()) === 0);
  });

  it('go by tags', async () => {
    const b = await startBucket();
    await b.put('tagged', { Tagging: 'stage=raw' });
    await b.put('other', { Tagging: 'stage=clean' });
    time = start + 3 * dayMs;
    await b.rules(rule({ Filter: { Tag: { Key: 'stage', Value: 'raw' } }, Expiration: { Days: 1 } }));
    await until(async () => (await b.keys()).length === 1);
    assert.deepEqual(await b.keys(), ['other']);
  });
});

describe('lifecycle rules refuse', () => {
  it('to take what a lock keeps', async () => {
    const b = await startBucket({ ObjectLockEnabledForBucket: true });
    await b.put('k', { ObjectLockLegalHoldStatus: 'ON', ChecksumAlgorithm: 'CRC32' });
    await b.put('k');
    await b.put('free');
    await b.put('free');
    time = start + 3 * dayMs;
    await b.rules(rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }));
    await until(async () => (await b.versions()).versions.filter(({ Key }) => Key === 'free').length === 1);
    assert.equal((await b.versions()).versions.filter(({ Key }) => Key === 'k').length, 2);
  });
});
