import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

let platform: TestPlatform;
let s3: S3Client;
let buckets = 0;
before(async () => {
  platform = await startPlatform();
  s3 = platform.client(S3Client);
});
after(() => platform[Symbol.asyncDispose]());

/** A bucket of the test's own, with what the tests do to it. */
async function startBucket(status: 'Enabled' | 'Suspended' | undefined) {
  buckets += 1;
  const Bucket = `versions-${buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const switchTo = (Status: 'Enabled' | 'Suspended') =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  if (status) await switchTo(status);
  return {
    Bucket,
    switchTo,
    put: async (Key: string, Body: string, more: object = {}) =>
      (await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))).VersionId,
    get: async (Key: string, VersionId?: string) =>
      (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString(),
    remove: (Key: string, VersionId?: string) => s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId })),
    /** As `<key> <version, or marker> <latest>`. */
    async versions(more: object = {}) {
      const page = await s3.send(new ListObjectVersionsCommand({ Bucket, ...more }));
      const rows = [
        ...(page.Versions ?? []).map((one) => ({ ...one, kind: 'version' })),
        ...(page.DeleteMarkers ?? []).map((one) => ({ ...one, kind: 'marker' })),
      ];
      return { page, rows };
    },
  };
}

describe('versions do', () => {
  it('keep what a key held, give it by id, and list it, the latest first', async () => {
    const b = await startBucket('Enabled');
    const [first, second] = [await b.put('k', 'one'), await b.put('k', 'two')];
    assert.match(first ?? '', /^[\w-]{32}$/);
    assert.equal(await b.get('k'), 'two');
    assert.equal(await b.get('k', first), 'one');
    const { rows } = await b.versions();
    assert.deepEqual(
      rows.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
      [
        ['k', second, true],
        ['k', first, false],
      ],
    );
    const head = await s3.send(new HeadObjectCommand({ Bucket: b.Bucket, Key: 'k', VersionId: first }));
    assert.deepEqual([head.VersionId, head.ContentLength], [first, 3]);
  });

  it('hide a key under a delete marker, and show it again without it', async () => {
    const b = await startBucket('Enabled');
    const version = await b.put('k', 'one');
    const marker = await b.remove('k');
    assert.equal(marker.DeleteMarker, true);
    await assert.rejects(b.get('k'), { name: 'NoSuchKey' });
    assert.equal(await b.get('k', version), 'one');
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: b.Bucket }))).KeyCount, 0);
    assert.deepEqual(
      (await b.versions()).rows.map(({ kind, IsLatest }) => [kind, IsLatest]),
      [
        ['version', false],
        ['marker', true],
      ],
    );
    const gone = await b.remove('k', marker.VersionId);
    assert.deepEqual([gone.DeleteMarker, gone.VersionId], [true, marker.VersionId]);
    assert.equal(await b.get('k'), 'one');
  });

  it('give the place of a deleted version to the one before it, but not past a marker', async () => {
    const b = await startBucket('Enabled');
    const first = await b.put('k', 'one');
    const { VersionId: marker } = await b.remove('k');
    const third = await b.put('k', 'three');
    await b.remove('k', third);
    await assert.rejects(b.get('k'), { name: 'NoSuchKey' });
    await b.remove('k', marker);
    assert.equal(await b.get('k'), 'one');
    await b.remove('k', first);
    assert.deepEqual((await b.versions()).rows, []);
    await s3.send(new DeleteBucketCommand({ Bucket: b.Bucket }));
  });

  it('suspended: there is one version `null`, the others stay', async () => {
    const b = await startBucket(undefined);
    assert.equal(await b.put('k', 'before'), undefined);
    await b.switchTo('Enabled');
    const kept = await b.put('k', 'kept');
    assert.equal(await b.get('k', 'null'), 'before');
    await b.switchTo('Suspended');
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket: b.Bucket }))).Status, 'Suspended');
    assert.equal(await b.put('k', 'null again'), 'null');
    assert.equal(await b.put('k', 'and again'), 'null');
    assert.equal(await b.get('k', 'null'), 'and again');
    assert.equal(await b.get('k', kept), 'kept');
    const { VersionId: marker } = await b.remove('k');
    assert.equal(marker, 'null');
    assert.deepEqual(
      (await b.versions()).rows.map(({ kind, VersionId }) => [kind, VersionId]),
      [
        ['version', kept],
        ['marker', 'null'],
      ],
    );
  });

  it('are copied by id, also over what the key holds now', async () => {
    const b = await startBucket('Enabled');
    const first = await b.put('k', 'one');
    await b.put('k', 'two');
    const CopySource = `${b.Bucket}/k?versionId=${first}`;
    const copy = await s3.send(new CopyObjectCommand({ Bucket: b.Bucket, Key: 'k', CopySource }));
    assert.equal(copy.CopySourceVersionId, first);
    assert.equal(await b.get('k'), 'one');
    assert.equal((await b.versions()).rows.length, 3);
  });

  it('are listed page by page, with prefixes and groups', async () => {
    const b = await startBucket('Enabled');
    for (const key of ['a/1', 'a/2', 'b', 'b', 'c/1']) await b.put(key, key);
    await b.remove('c/1');
    const seen: string[] = [];
    let at: object = {};
    for (;;) {
      const { page, rows } = await b.versions({ ...at, MaxKeys: 2 });
      seen.push(...rows.map(({ Key, kind }) => `${Key} ${kind}`).sort());
      if (!page.IsTruncated) break;
      at = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    assert.deepEqual(seen, ['a/1 version', 'a/2 version', 'b version', 'b version', 'c/1 marker', 'c/1 version']);
    const { page, rows } = await b.versions({ Delimiter: '/' });
    assert.deepEqual(
      page.CommonPrefixes?.map(({ Prefix }) => Prefix),
      ['a/', 'c/'],
    );
    assert.deepEqual(
      rows.map(({ Key }) => Key),
      ['b', 'b'],
    );
  });

  it('go and come many at a time', async () => {
    const b = await startBucket('Enabled');
    const version = await b.put('k', 'one');
    await b.put('l', 'two');
    const Objects = [{ Key: 'k', VersionId: version }, { Key: 'l' }, { Key: 'm', VersionId: 'a'.repeat(32) }];
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket: b.Bucket, Delete: { Objects } }));
    assert.deepEqual(
      answer.Deleted?.map(({ Key, VersionId, DeleteMarker }) => [Key, VersionId, DeleteMarker]),
      [
        ['k', version, undefined],
        ['l', undefined, true],
        ['m', 'a'.repeat(32), undefined],
      ],
    );
  });
});

/** Each order of these. */
function orders<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, at) => orders(all.toSpliced(at, 1)).map((rest) => [one, ...rest]));
}

describe('many versions of one key at a time do', () => {
  const removeAll = async (
    Bucket: string,
    Objects: { Key: string; VersionId?: string | undefined; ETag?: string }[],
  ) => {
    const { Deleted = [], Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(Errors, undefined);
    assert.deepEqual(
      Deleted.map(({ Key, VersionId }) => ({ Key, VersionId })),
      Objects.map(({ Key, VersionId }) => ({ Key, VersionId })),
    );
    return Deleted;
  };

  it('go in whichever order they are named, the latest and a delete marker too', async () => {
    const b = await startBucket('Enabled');
    for (const [at, order] of orders([0, 1, 2, 3]).entries()) {
      const Key = `k${at}`;
      const ids = [
        await b.put(Key, '0'),
        await b.put(Key, '1'),
        (await b.remove(Key)).VersionId,
        await b.put(Key, '3'),
      ];
      const Objects = order.map((n) => ({ Key, VersionId: ids[n] }));
      await removeAll(b.Bucket, Objects);
    }
    assert.deepEqual((await b.versions()).rows, []);
    await s3.send(new DeleteBucketCommand({ Bucket: b.Bucket }));
  });

  it('leave what is not named, which the key then holds', async () => {
    const b = await startBucket('Enabled');
    for (const order of orders([1, 2, 3])) {
      const Key = order.join('');
      const ids = [await b.put(Key, 'kept'), await b.put(Key, '1'), await b.put(Key, '2')];
      const all = [...ids, (await b.remove(Key)).VersionId];
      const Objects = order.map((n) => ({ Key, VersionId: all[n] }));
      await removeAll(b.Bucket, Objects);
      assert.equal(await b.get(Key), 'kept');
    }
    assert.equal((await b.versions()).rows.length, 6);
  });

  it('leave a delete marker alone where the bare key is among them', async () => {
    const b = await startBucket('Enabled');
    for (const order of orders([0, 1, undefined])) {
      const Key = order.join('-');
      const ids = [await b.put(Key, '0'), await b.put(Key, '1')];
      const Objects = order.map((n) => ({ Key, VersionId: n === undefined ? undefined : ids[n] }));
      const deleted = await removeAll(b.Bucket, Objects);
      const { rows } = await b.versions({ Prefix: Key });
      const made = deleted.find(({ VersionId }) => VersionId === undefined)?.DeleteMarkerVersionId;
      assert.deepEqual(
        rows.map(({ kind, VersionId, IsLatest }) => [kind, VersionId, IsLatest]),
        [['marker', made, true]],
      );
    }
  });

  it('go once where there are no versions: the key and its version null are one object', async () => {
    const b = await startBucket(undefined);
    for (const order of orders([{}, { VersionId: 'null' }])) {
      await b.put('k', 'x');
      const Objects = order.map((one) => ({ Key: 'k', ...one }));
      await removeAll(b.Bucket, Objects);
      assert.deepEqual((await b.versions()).rows, []);
    }
  });

  it('go under a condition on the entity tag, which holds for all before any of it is done', async () => {
    const b = await startBucket('Enabled');
    const version = await b.put('k', 'x');
    const { ETag = '' } = await s3.send(new HeadObjectCommand({ Bucket: b.Bucket, Key: 'k' }));
    await removeAll(b.Bucket, [
      { Key: 'k', VersionId: version },
      { Key: 'k', ETag },
    ]);
  });

  it('go where the bucket suspends its versions', async () => {
    const b = await startBucket('Enabled');
    const old = await b.put('k', 'old');
    await b.switchTo('Suspended');
    await b.put('k', 'new');
    await removeAll(b.Bucket, [{ Key: 'k', VersionId: 'null' }, { Key: 'k', VersionId: old }, { Key: 'k' }]);
    const { rows } = await b.versions();
    assert.deepEqual(
      rows.map(({ kind, VersionId }) => [kind, VersionId]),
      [['marker', 'null']],
    );
  });
});

describe('versions refuse', () => {
  it('to be read where they are delete markers or nothing', async () => {
    const b = await startBucket('Enabled');
    await b.put('k', 'one');
    const { VersionId: marker } = await b.remove('k');
    await assert.rejects(b.get('k', marker), {
      name: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
    });
    await assert.rejects(b.get('k', 'a'.repeat(32)), { name: 'NoSuchVersion' });
    await assert.rejects(b.get('k', 'nonsense'), { name: 'InvalidArgument', message: 'Invalid version id specified' });
    await assert.rejects(b.get('k'), (error: Error & { $response?: { headers: Record<string, string> } }) => {
      assert.equal(error.$response?.headers['x-amz-delete-marker'], 'true');
      assert.equal(error.$response?.headers['x-amz-version-id'], marker);
      return error.name === 'NoSuchKey';
    });
  });

  it('to be forgotten with their bucket', async () => {
    const b = await startBucket('Enabled');
    await b.put('k', 'one');
    await b.remove('k');
    await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket: b.Bucket })), { name: 'BucketNotEmpty' });
  });

  it('a marker of a version without its key', async () => {
    const b = await startBucket('Enabled');
    await assert.rejects(b.versions({ VersionIdMarker: 'a' }), {
      name: 'InvalidArgument',
      message: 'A version-id marker cannot be specified without a key marker.',
    });
  });
});

describe('versions survive', () => {
  it('many writers and deleters of one key: each write is a version, the latest is what the key holds', async () => {
    const b = await startBucket('Enabled');
    const bodies = Array.from({ length: 20 }, (_, index) => `writer ${index}`);
    const written = await Promise.all(bodies.map((body) => b.put('k', body)));
    await Promise.all(written.slice(0, 10).map((version) => b.remove('k', version)));
    const { rows } = await b.versions();
    assert.equal(rows.length, 10);
    assert.equal(rows.filter(({ IsLatest }) => IsLatest).length, 1);
    assert.equal(await b.get('k'), await b.get('k', rows[0]?.VersionId));
  });

  it('versioning switched while objects are written', async () => {
    const b = await startBucket(undefined);
    const writes = Array.from({ length: 30 }, (_, index) => b.put('k', `${index}`));
    const switches = (async () => {
      for (const status of ['Enabled', 'Suspended', 'Enabled'] as const) await b.switchTo(status);
    })();
    await Promise.all([...writes, switches]);
    const { rows } = await b.versions();
    assert.equal(new Set(rows.map(({ VersionId }) => VersionId)).size, rows.length);
    assert.equal(rows.filter(({ IsLatest }) => IsLatest).length, 1);
  });
});
