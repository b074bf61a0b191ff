import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'objects';
await s3.send(new CreateBucketCommand({ Bucket }));

type Put = Omit<PutObjectCommandInput, 'Bucket' | 'Key'>;
type Get = Omit<GetObjectCommandInput, 'Bucket' | 'Key'>;
const put = (Key: string, input: Put = {}) => s3.send(new PutObjectCommand({ Bucket, Key, ...input }));
const get = (Key: string, input: Get = {}) => s3.send(new GetObjectCommand({ Bucket, Key, ...input }));
const read = async (Key: string, input: Get = {}) => (await get(Key, input)).Body?.transformToString();
const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');

/** A refusal with these members and this status. */
function refused(status: number, members: Record<string, unknown>) {
  return (error: Record<string, unknown> & { $metadata?: { httpStatusCode?: number } }) => {
    for (const [name, value] of Object.entries(members)) assert.equal(error[name], value, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  };
}

describe('objects do', () => {
  it('come back with their bytes, type, metadata and entity tag', async () => {
    const bytes = randomBytes(300_000);
    const { ETag: etag } = await put('whole', {
      Body: bytes,
      ContentType: 'text/csv',
      CacheControl: 'no-cache',
      ContentLanguage: 'de',
      ContentDisposition: 'attachment',
      ContentEncoding: 'identity',
      Expires: new Date(1_900_000_000_000),
      Metadata: { Purpose: 'training', owner: 'Jürgen' },
    });
    assert.equal(etag, `"${md5(bytes)}"`);
    const found = await get('whole');
    assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), bytes);
    assert.equal(found.ContentLength, bytes.length);
    assert.equal(found.ContentType, 'text/csv');
    assert.equal(found.CacheControl, 'no-cache');
    assert.equal(found.ContentLanguage, 'de');
    assert.equal(found.ContentDisposition, 'attachment');
    assert.equal(found.ContentEncoding, 'identity');
    assert.equal(found.ExpiresString, new Date(1_900_000_000_000).toUTCString());
    assert.equal(found.AcceptRanges, 'bytes');
    assert.equal(found.Metadata?.purpose, 'training');
    // What is not ASCII is answered in the words of RFC 2047.
    assert.equal(found.Metadata?.owner, `=?UTF-8?B?${Buffer.from('Jürgen').toString('base64')}?=`);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole' }));
    assert.equal(head.ContentLength, bytes.length);
    assert.equal(head.ETag, etag);
  });

  it('may be empty', async () => {
    await put('empty', { Body: '' });
    const found = await get('empty');
    assert.equal(await found.Body?.transformToString(), '');
    assert.equal(found.ContentLength, 0);
    assert.equal(found.ETag, '"d41d8cd98f00b204e9800998ecf8427e"');
    assert.equal(found.ContentType, 'application/octet-stream');
  });

  it('may hold a form', async () => {
    await put('form', { Body: 'a=b&Action=ListUsers', ContentType: 'application/x-www-form-urlencoded' });
    assert.equal(await read('form'), 'a=b&Action=ListUsers');
  });

  it('stream in both directions', async () => {
    const chunks = Array.from({ length: 40 }, () => randomBytes(100_000));
    const size = 4_000_000;
    await put('streamed', { Body: Readable.from(chunks), ContentLength: size });
    const found = await get('streamed');
    assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), Buffer.concat(chunks));
  });

  it('are replaced and deleted, also when they are not there', async () => {
    await put('k', { Body: 'one' });
    await put('k', { Body: 'two' });
    assert.equal(await read('k'), 'two');
    assert.equal((await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).$metadata.httpStatusCode, 204);
    assert.equal((await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).$metadata.httpStatusCode, 204);
    await assert.rejects(get('k'), { name: 'NoSuchKey' });
  });

  it('are read by ranges', async () => {
    await put('digits', { Body: '0123456789' });
    for (const [range, text, header] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-1', '9', 'bytes 9-9/10'],
      ['bytes=0-99', '0123456789', 'bytes 0-9/10'],
    ] as const) {
      const found = await get('digits', { Range: range });
      assert.equal(await found.Body?.transformToString(), text);
      assert.equal(found.ContentRange, header);
      assert.equal(found.ContentLength, text.length);
      assert.equal(found.$metadata.httpStatusCode, 206);
    }
    assert.equal(await read('digits', { Range: 'bytes=4-2' }), '0123456789');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=2-4' }));
    assert.equal(head.ContentLength, 3);
  });

  it('answer with the headers that a request asks for', async () => {
    await put('overridden', { Body: 'x', ContentType: 'text/plain' });
    const found = await get('overridden', {
      ResponseContentType: 'application/json',
      ResponseContentDisposition: 'attachment; filename="x.json"',
      ResponseCacheControl: 'no-store',
    });
    assert.equal(found.ContentType, 'application/json');
    assert.equal(found.ContentDisposition, 'attachment; filename="x.json"');
    assert.equal(found.CacheControl, 'no-store');
  });

  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    it(`keep a ${ChecksumAlgorithm} checksum of buffers and streams`, async () => {
      const body = randomBytes(70_001);
      const answer = await put('checked', { Body: body, ChecksumAlgorithm });
      const value = answer[`Checksum${ChecksumAlgorithm}`];
      assert.ok(value);
      const streamed = await put('checked', {
        Body: Readable.from([body]),
        ContentLength: body.length,
        ChecksumAlgorithm,
      });
      assert.equal(streamed[`Checksum${ChecksumAlgorithm}`], value);
      // The SDK compares what it reads with what the answer says.
      const found = await get('checked', { ChecksumMode: 'ENABLED' });
      assert.equal((await found.Body?.transformToByteArray())?.length, body.length);
      assert.equal(found[`Checksum${ChecksumAlgorithm}`], value);
      assert.equal(found.ChecksumType, 'FULL_OBJECT');
      assert.equal((await get('checked'))[`Checksum${ChecksumAlgorithm}`], value);
    });
  }

  it('are copied with or without their metadata, onto others and themselves', async () => {
    await put('source', { Body: 'bytes', ContentType: 'text/csv', Metadata: { a: '1' } });
    const copy = (Key: string, more: object = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/source`, ...more }));
    const { CopyObjectResult: result } = await copy('kept');
    assert.equal(result?.ETag, `"${md5('bytes')}"`);
    await copy('replaced', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/plain' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'source' }));
    const kept = await get('kept');
    assert.deepEqual([kept.ContentType, kept.Metadata], ['text/csv', { a: '1' }]);
    assert.equal(await kept.Body?.transformToString(), 'bytes');
    const replaced = await get('replaced');
    assert.deepEqual([replaced.ContentType, replaced.Metadata], ['text/plain', { b: '2' }]);
    assert.equal(await replaced.Body?.transformToString(), 'bytes');
    const self = { Bucket, Key: 'kept', CopySource: `${Bucket}/kept` };
    await s3.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata: { c: '3' } }));
    assert.deepEqual((await get('kept')).Metadata, { c: '3' });
    assert.equal(await read('kept'), 'bytes');
  });

  it('are deleted many at a time', async () => {
    for (const key of ['m/1', 'm/2', 'm/3']) await put(key, { Body: key });
    const Delete = { Objects: [{ Key: 'm/1' }, { Key: 'm/2' }, { Key: 'm/none' }] };
    const { Deleted: deleted, Errors: errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    assert.deepEqual(
      deleted?.map(({ Key: key }) => key),
      ['m/1', 'm/2', 'm/none'],
    );
    assert.equal(errors, undefined);
    await assert.rejects(get('m/1'), { name: 'NoSuchKey' });
    assert.equal(await read('m/3'), 'm/3');
    const quiet = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'm/3' }], Quiet: true } }),
    );
    assert.equal(quiet.Deleted, undefined);
    const Objects = [{ Key: 'x'.repeat(1025) }, { Key: 'm/2' }];
    const mixed = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.deepEqual([mixed.Errors?.map(({ Code }) => Code), mixed.Deleted?.length], [['KeyTooLongError'], 1]);
  });
});

describe('objects refuse', () => {
  it('what is not there', async () => {
    await assert.rejects(
      get('missing'),
      refused(404, {
        name: 'NoSuchKey',
        message: 'The specified key does not exist.',
        Key: 'missing',
      }),
    );
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })), { name: 'NotFound' });
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket: 'no-bucket', Key: 'k', Body: 'x' })), {
      name: 'NoSuchBucket',
      BucketName: 'no-bucket',
    });
  });

  it('conditions that do not hold', async () => {
    const { ETag: etag } = await put('conditional', { Body: 'x' });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'conditional' }));
    assert.equal(await read('conditional', { IfMatch: etag }), 'x');
    await assert.rejects(
      get('conditional', { IfMatch: '"other"' }),
      refused(412, {
        name: 'PreconditionFailed',
        message: 'At least one of the pre-conditions you specified did not hold',
        Condition: 'If-Match',
      }),
    );
    await assert.rejects(get('conditional', { IfNoneMatch: etag }), refused(304, {}));
    await assert.rejects(get('conditional', { IfModifiedSince: head.LastModified }), refused(304, {}));
    await assert.rejects(get('conditional', { IfUnmodifiedSince: new Date(0) }), { name: 'PreconditionFailed' });
  });

  it('to be overwritten where the writer says so', async () => {
    const { ETag: etag } = await put('once', { Body: 'first', IfNoneMatch: '*' });
    await assert.rejects(
      put('once', { Body: 'second', IfNoneMatch: '*' }),
      refused(412, {
        name: 'PreconditionFailed',
        Condition: 'If-None-Match',
      }),
    );
    await assert.rejects(put('once', { Body: 'second', IfMatch: '"other"' }), { name: 'PreconditionFailed' });
    await assert.rejects(put('never', { Body: 'second', IfMatch: '"other"' }), { name: 'NoSuchKey' });
    assert.equal(await read('once'), 'first');
    await put('once', { Body: 'third', IfMatch: etag });
    assert.equal(await read('once'), 'third');
    await assert.rejects(put('once', { Body: 'x', IfNoneMatch: '"etag"' }), { name: 'NotImplemented' });
  });

  it('bytes that are not what the request says, and keep nothing', async () => {
    const wrong = createHash('md5').update('other').digest('base64');
    await assert.rejects(put('bad', { Body: 'x', ContentMD5: wrong }), {
      name: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
      ExpectedDigest: wrong,
    });
    await assert.rejects(put('bad', { Body: 'x', ContentMD5: 'nonsense' }), {
      name: 'InvalidDigest',
      message: 'The Content-MD5 you specified was invalid.',
    });
    await assert.rejects(put('bad', { Body: 'x', ChecksumCRC32: 'AAAAAA==' }), {
      name: 'BadDigest',
      message: 'The CRC32 you specified did not match the calculated checksum.',
    });
    await assert.rejects(put('bad', { Body: 'x', ChecksumAlgorithm: 'SHA1', ChecksumCRC32: 'jNwWgw==' }), {
      name: 'InvalidRequest',
      message: 'Value for x-amz-sdk-checksum-algorithm header is invalid.',
    });
    await assert.rejects(put('bad', { Body: 'x', ChecksumSHA256: 'short' }), {
      name: 'InvalidRequest',
      message: 'Value for x-amz-checksum-sha256 header is invalid.',
    });
    await assert.rejects(get('bad'), { name: 'NoSuchKey' });
  });

  it('ranges behind their end', async () => {
    await put('short', { Body: 'abc' });
    await assert.rejects(
      get('short', { Range: 'bytes=3-' }),
      refused(416, {
        name: 'InvalidRange',
        message: 'The requested range is not satisfiable',
        RangeRequested: 'bytes=3-',
        ActualObjectSize: '3',
      }),
    );
  });

  it('keys and metadata that are too long', async () => {
    await assert.rejects(put('k'.repeat(1025), { Body: 'x' }), {
      name: 'KeyTooLongError',
      message: 'Your key is too long',
      Size: '1025',
      MaxSizeAllowed: '1024',
    });
    await assert.rejects(put('k', { Body: 'x', Metadata: { a: 'x'.repeat(2048) } }), {
      name: 'MetadataTooLarge',
      message: 'Your metadata headers exceed the maximum allowed metadata size',
    });
  });

  it('what is not built, rather than half of it', async () => {
    await assert.rejects(
      put('k', { Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSEncryptionContext: 'e30=' }),
      refused(501, { name: 'NotImplemented' }),
    );
    await assert.rejects(put('k', { Body: 'x', ACL: 'public-read' }), {
      name: 'AccessControlListNotSupported',
      message: 'The bucket does not allow ACLs',
    });
    await assert.rejects(put('k', { Body: 'x', StorageClass: 'GLACIER' }), { name: 'InvalidStorageClass' });
    await assert.rejects(get('k', { VersionId: 'abc' }), { name: 'InvalidArgument' });
  });

  it('copies that change nothing or come from nowhere', async () => {
    await put('self', { Body: 'x' });
    const copy = (CopySource: string, more: object = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'self', CopySource, ...more }));
    await assert.rejects(copy(`${Bucket}/self`), { name: 'InvalidRequest', message: /^This copy request is illegal/ });
    await assert.rejects(copy(`${Bucket}/none`), { name: 'NoSuchKey', Key: 'none' });
    await assert.rejects(copy('no-bucket/none'), { name: 'NoSuchBucket' });
    await assert.rejects(copy('nonsense'), { name: 'InvalidArgument' });
    await assert.rejects(copy(`${Bucket}/conditional`, { CopySourceIfMatch: '"other"' }), {
      name: 'PreconditionFailed',
      Condition: 'x-amz-copy-source-If-Match',
    });
  });
});
