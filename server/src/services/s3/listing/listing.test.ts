import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  ListObjectsCommand,
  type ListObjectsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());

async function bucketWith(Bucket: string, keys: readonly string[]): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
  return Bucket;
}

const keysOf = (page: ListObjectsV2CommandOutput | ListObjectsCommandOutput) =>
  (page.Contents ?? []).map(({ Key: key = '' }) => key);
const groupsOf = (page: ListObjectsV2CommandOutput | ListObjectsCommandOutput) =>
  (page.CommonPrefixes ?? []).map(({ Prefix: prefix = '' }) => prefix);

const tree = await bucketWith('tree', ['a', 'b/1', 'b/2/x', 'b/2/y', 'b/3', 'c/1', 'd', 'e f', 'é/1']);

describe('listings do', () => {
  it('tell keys and groups of keys', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: tree, Delimiter: '/' }));
    assert.deepEqual(keysOf(page), ['a', 'd', 'e f']);
    assert.deepEqual(groupsOf(page), ['b/', 'c/', 'é/']);
    assert.deepEqual([page.KeyCount, page.IsTruncated, page.MaxKeys], [6, false, 1000]);
    const [first] = page.Contents ?? [];
    assert.equal(first?.Size, 1);
    assert.equal(first?.StorageClass, 'STANDARD');
    assert.match(first?.ETag ?? '', /^"[0-9a-f]{32}"$/);
    assert.equal(first?.Owner, undefined);
    const below = await s3.send(new ListObjectsV2Command({ Bucket: tree, Delimiter: '/', Prefix: 'b/' }));
    assert.deepEqual(keysOf(below), ['b/1', 'b/3']);
    assert.deepEqual(groupsOf(below), ['b/2/']);
    const flat = await s3.send(new ListObjectsV2Command({ Bucket: tree, Prefix: 'b', FetchOwner: true }));
    assert.deepEqual(keysOf(flat), ['b/1', 'b/2/x', 'b/2/y', 'b/3']);
    assert.match(flat.Contents?.[0]?.Owner?.ID ?? '', /^[0-9a-f]{64}$/);
  });

  it('begin behind a key, take no keys, and answer what they were asked', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: tree, StartAfter: 'b/2/y', Prefix: '' }));
    assert.deepEqual(keysOf(page), ['b/3', 'c/1', 'd', 'e f', 'é/1']);
    assert.equal(page.StartAfter, 'b/2/y');
    const none = await s3.send(new ListObjectsV2Command({ Bucket: tree, MaxKeys: 0 }));
    assert.deepEqual([none.KeyCount, none.IsTruncated, none.MaxKeys], [0, false, 0]);
    const many = await s3.send(new ListObjectsV2Command({ Bucket: tree, MaxKeys: 5000 }));
    assert.equal(many.MaxKeys, 1000);
  });

  it('encode what XML could not hold', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: tree, Prefix: 'e f', EncodingType: 'url' }));
    assert.deepEqual([keysOf(page), page.Prefix, page.EncodingType], [['e+f'], 'e+f', 'url']);
  });

  it('go on in the first version by markers', async () => {
    const first = await s3.send(new ListObjectsCommand({ Bucket: tree, Delimiter: '/', MaxKeys: 2 }));
    assert.deepEqual([keysOf(first), groupsOf(first), first.NextMarker], [['a'], ['b/'], 'b/']);
    const second = await s3.send(new ListObjectsCommand({ Bucket: tree, Delimiter: '/', MaxKeys: 2, Marker: 'b/' }));
    assert.deepEqual([keysOf(second), groupsOf(second), second.NextMarker], [['d'], ['c/'], 'd']);
    const flat = await s3.send(new ListObjectsCommand({ Bucket: tree, MaxKeys: 2 }));
    assert.deepEqual([keysOf(flat), flat.NextMarker, flat.IsTruncated], [['a', 'b/1'], undefined, true]);
  });

  it('agree with a slow model, whatever the keys, prefix, delimiter and page', async () => {
    const letters = ['a', 'b', '/', '//', '-', '\u{ff5e}', '\u{1f600}', '0'];
    const random = (most: number) =>
      Array.from({ length: randomInt(1, most + 1) }, () => letters[randomInt(letters.length)]).join('');
    const keys = [...new Set(Array.from({ length: 120 }, () => random(6)))];
    const bucket = await bucketWith('model', keys);
    for (let round = 0; round < 60; round++) {
      const prefix = randomInt(3) === 0 ? random(2) : '';
      const delimiter = randomInt(4) === 0 ? undefined : (['/', '//', 'a', '\u{1f600}'][randomInt(4)] ?? '/');
      const size = randomInt(1, 12);
      const note = JSON.stringify({ prefix, delimiter, size });
      assert.deepEqual(await listed(bucket, prefix, delimiter, size), expected(keys, prefix, delimiter), note);
    }
  });
});

async function listed(Bucket: string, Prefix: string, Delimiter: string | undefined, MaxKeys: number) {
  const entries: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix, MaxKeys, Delimiter, ContinuationToken: token }),
    );
    assert.ok((page.KeyCount ?? 0) <= MaxKeys);
    entries.push(...inOrder([...keysOf(page), ...groupsOf(page)]));
    token = page.NextContinuationToken;
    assert.equal(page.IsTruncated, token !== undefined);
  } while (token !== undefined);
  return entries;
}

function expected(keys: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const entries = new Set<string>();
  for (const key of keys.filter((candidate) => candidate.startsWith(prefix))) {
    const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    entries.add(at < 0 ? key : key.slice(0, at + (delimiter ?? '').length));
  }
  return inOrder([...entries]);
}

function inOrder(entries: readonly string[]): string[] {
  return entries.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('listings refuse', () => {
  it('tokens that are not theirs', async () => {
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: tree, ContinuationToken: 'nonsense' })), {
      name: 'InvalidArgument',
      message: 'The continuation token provided is incorrect',
      ArgumentName: 'continuation-token',
    });
  });

  it('sizes and encodings that are none', async () => {
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: tree, MaxKeys: -1 })), {
      name: 'InvalidArgument',
      message: 'Argument max-keys must be an integer between 0 and 2147483647',
    });
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: tree, EncodingType: 'base64' as 'url' })), {
      name: 'InvalidArgument',
      message: 'Invalid Encoding Method specified in Request',
    });
  });

  it('buckets that are not there', async () => {
    await assert.rejects(s3.send(new ListObjectsCommand({ Bucket: 'not-there' })), { name: 'NoSuchBucket' });
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: 'not-there' })), { name: 'NoSuchBucket' });
  });
});
