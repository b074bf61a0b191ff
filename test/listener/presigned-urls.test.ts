/** Presigned URLs of the official SDK and of Signature Version 2: what they do, what is refused and in which words. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { ask, errorOf } from './by-hand.ts';

let now = new Date(Math.floor(Date.now() / 1000) * 1000);
/** As S3 writes a time. */
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString().replace('.000', '');
let platform: TestPlatform;
let client: S3Client;
const Bucket = 'presigned';
before(async () => {
  platform = await startPlatform({ clock: { now: () => now } });
  client = platform.client(S3Client, {
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept', ContentType: 'text/plain' }));
});
after(() => platform[Symbol.asyncDispose]());

const sign = (command: unknown, options: object = {}) =>
  getSignedUrl(client, command as GetObjectCommand, { signingDate: now, ...options });

const mismatch = {
  status: '403',
  Code: 'SignatureDoesNotMatch',
  Message:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
};

describe('presigned URLs do', () => {
  test('PUT, GET, HEAD and DELETE', async () => {
    const Key = 'a folder/ü & +.csv';
    const put = await ask(await sign(new PutObjectCommand({ Bucket, Key })), { method: 'PUT', body: 'a,b\n' });
    assert.equal(put.status, 200);
    const got = await ask(await sign(new GetObjectCommand({ Bucket, Key })));
    assert.deepEqual([got.status, got.body], [200, 'a,b\n']);
    const headed = await ask(await sign(new HeadObjectCommand({ Bucket, Key })), { method: 'HEAD' });
    assert.deepEqual([headed.status, headed.headers['content-length'], headed.body], [200, '4', '']);
    const deleted = await ask(await sign(new DeleteObjectCommand({ Bucket, Key })), { method: 'DELETE' });
    assert.equal(deleted.status, 204);
    assert.equal((await ask(await sign(new GetObjectCommand({ Bucket, Key })))).status, 404);
  });

  test('parts of an upload', async () => {
    const Key = 'in-parts';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const bodies = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the last')];
    const Parts = [];
    for (const [index, body] of bodies.entries()) {
      const part = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1 });
      const { status, headers } = await ask(await sign(part), { method: 'PUT', body });
      assert.equal(status, 200);
      Parts.push({ PartNumber: index + 1, ETag: headers.etag });
    }
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    assert.equal(ContentLength, 5 * 1024 * 1024 + 8);
  });

  test("an answer's headers as they were signed", async () => {
    const wanted = {
      ResponseContentType: 'application/x-wanted',
      ResponseContentDisposition: 'attachment; filename="a b.csv"',
      ResponseCacheControl: 'no-store',
    };
    const { headers, body } = await ask(await sign(new GetObjectCommand({ Bucket, Key: 'kept', ...wanted })));
    assert.equal(body, 'kept');
    assert.equal(headers['content-type'], 'application/x-wanted');
    assert.equal(headers['content-disposition'], 'attachment; filename="a b.csv"');
    assert.equal(headers['cache-control'], 'no-store');
  });

  test('metadata and content type of an upload', async () => {
    const command = new PutObjectCommand({
      Bucket,
      Key: 'described',
      ContentType: 'text/csv',
      Metadata: { by: 'presigner' },
    });
    const url = await sign(command, { signableHeaders: new Set(['content-type']) });
    const { status } = await ask(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/csv' } });
    assert.equal(status, 200);
    const { ContentType, Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key: 'described' }));
    assert.deepEqual([ContentType, Metadata], ['text/csv', { by: 'presigner' }]);
  });

  test('temporary credentials, by their token in the query', async () => {
    const sts = platform.client(STSClient);
    const { Credentials: given } = await sts.send(new GetSessionTokenCommand({}));
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const temporary = platform.client(S3Client, { credentials });
    const url = await getSignedUrl(temporary, new GetObjectCommand({ Bucket, Key: 'kept' }), { signingDate: now });
    assert.equal((await ask(url)).body, 'kept');
    const without = new URL(url);
    without.searchParams.delete('X-Amz-Security-Token');
    assert.equal((await ask(without.href)).status, 403);
  });
});

describe('presigned URLs refuse', () => {
  test('to be used when they have ended', async () => {
    const url = await sign(new GetObjectCommand({ Bucket, Key: 'kept' }), { expiresIn: 60 });
    const signedAt = now;
    try {
      now = new Date(signedAt.getTime() + 60_000);
      assert.equal((await ask(url)).status, 200);
      now = new Date(signedAt.getTime() + 61_000);
      assert.deepEqual(errorOf(await ask(url)), {
        status: '403',
        Code: 'AccessDenied',
        Message: 'Request has expired',
        'X-Amz-Expires': '60',
        Expires: inSeconds(-1),
        ServerTime: inSeconds(0),
      });
    } finally {
      now = signedAt;
    }
  });

  test('another method, key, header of the answer or content type than was signed', async () => {
    const get = await sign(new GetObjectCommand({ Bucket, Key: 'kept' }));
    const put = await sign(new PutObjectCommand({ Bucket, Key: 'typed', ContentType: 'text/csv' }), {
      signableHeaders: new Set(['content-type']),
    });
    assert.deepEqual(errorOf(await ask(get, { method: 'DELETE' })), mismatch);
    assert.deepEqual(errorOf(await ask(`${get}&response-content-type=text%2Fhtml`)), mismatch);
    assert.deepEqual(errorOf(await ask(get.replace('/kept', '/typed'))), mismatch);
    const html = { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } };
    assert.deepEqual(errorOf(await ask(put, html)), mismatch);
    assert.deepEqual(errorOf(await ask(put, { method: 'PUT', body: 'x' })), mismatch);
  });

  test('more than a week', async () => {
    await assert.rejects(sign(new GetObjectCommand({ Bucket, Key: 'kept' }), { expiresIn: 604_801 }));
    const url = (await sign(new GetObjectCommand({ Bucket, Key: 'kept' }))).replace(
      'X-Amz-Expires=900',
      'X-Amz-Expires=604801',
    );
    const { status, Message: message = '' } = errorOf(await ask(url));
    assert.equal(status, '400');
    assert.match(message, /^X-Amz-Expires must be .*week.*604800/);
  });
});

/** As botocore's HmacV1QueryAuth does it. */
function version2(
  method: string,
  resource: string,
  { expires, type = '', secret }: { expires: number; type?: string; secret?: string },
) {
  const { accessKeyId, secretAccessKey } = platform.credentials;
  const text = `${method}\n\n${type}\n${expires}\n${resource}`;
  const signature = createHmac('sha1', secret ?? secretAccessKey)
    .update(text)
    .digest('base64');
  const query = new URLSearchParams({ AWSAccessKeyId: accessKeyId, Signature: signature, Expires: String(expires) });
  return `${platform.endpoint}${resource}${resource.includes('?') ? '&' : '?'}${query}`;
}
const inAnHour = () => Math.floor(now.getTime() / 1000) + 3600;

describe('presigned URLs of Signature Version 2 do', () => {
  test('GET, PUT with a type, and lists', async () => {
    const expires = inAnHour();
    assert.equal((await ask(version2('GET', `/${Bucket}/kept`, { expires }))).body, 'kept');
    const put = version2('PUT', `/${Bucket}/v2`, { expires, type: 'text/csv' });
    const sent = { method: 'PUT', body: 'two', headers: { 'content-type': 'text/csv' } };
    assert.equal((await ask(put, sent)).status, 200);
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket, Key: 'v2' }));
    assert.equal(ContentType, 'text/csv');
    const list = await ask(`${version2('GET', `/${Bucket}`, { expires })}&list-type=2&prefix=v2`);
    assert.match(list.body, /<Key>v2<\/Key>/);
  });

  test('buckets as hosts', async () => {
    const url = version2('GET', `/${Bucket}/kept`, { expires: inAnHour() });
    const { port } = new URL(platform.endpoint);
    const hosted = url.replace(`${platform.endpoint}/${Bucket}`, `http://${Bucket}.s3.localhost:${port}`);
    assert.equal((await ask(hosted)).body, 'kept');
  });
});

describe('presigned URLs of Signature Version 2 refuse', () => {
  const resource = `/${Bucket}/kept`;
  const denied = { status: '403', Code: 'AccessDenied' };

  test('a body in HTTP’s chunks without a length', async () => {
    const url = version2('PUT', `/${Bucket}/chunked`, { expires: inAnHour() });
    const sent = { method: 'PUT', body: 'x', headers: { 'transfer-encoding': 'chunked' } };
    const { status, Code, Header } = errorOf(await ask(url, sent));
    assert.deepEqual([status, Code, Header], ['501', 'NotImplemented', 'Transfer-Encoding']);
  });

  test('to be used when they have ended', async () => {
    const expires = Math.floor(now.getTime() / 1000) - 1;
    assert.deepEqual(errorOf(await ask(version2('GET', resource, { expires }))), {
      ...denied,
      Message: 'Request has expired',
      Expires: inSeconds(-1),
      ServerTime: inSeconds(0),
    });
  });

  test('another secret, method, sub-resource or header', async () => {
    const expires = inAnHour();
    const good = version2('GET', resource, { expires });
    assert.deepEqual(errorOf(await ask(version2('GET', resource, { expires, secret: 'another' }))), mismatch);
    assert.deepEqual(errorOf(await ask(good, { method: 'DELETE' })), mismatch);
    for (const added of ['acl', 'attributes', 'response-content-type=text%2Fhtml', 'x-amz-meta-a=b', 'uploadId=u'])
      assert.deepEqual(errorOf(await ask(`${good}&${added}`)), mismatch, added);
    assert.deepEqual(errorOf(await ask(good, { headers: { 'x-amz-copy-source': 'a/b' } })), mismatch);
  });

  test('what lacks a part, an unknown key and a time that is none', async () => {
    const expires = inAnHour();
    const good = version2('GET', resource, { expires });
    assert.deepEqual(errorOf(await ask(good.replace(/&Signature=[^&]*/, ''))), {
      ...denied,
      Message: 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    });
    assert.deepEqual(errorOf(await ask(good.replace(/Expires=\d+/, 'Expires=soon'))), {
      ...denied,
      Message: 'Invalid date (should be seconds since epoch): soon',
    });
    assert.deepEqual(errorOf(await ask(good.replace(/AWSAccessKeyId=\w+/, 'AWSAccessKeyId=AKIANOBODY'))), {
      status: '403',
      Code: 'InvalidAccessKeyId',
      Message: 'The AWS Access Key Id you provided does not exist in our records.',
    });
  });

  test('everything else that is signed so', async () => {
    const authorization = `AWS ${platform.credentials.accessKeyId}:c2lnbmF0dXJl`;
    const { status } = await ask(`${platform.endpoint}${resource}`, { headers: { authorization } });
    assert.equal(status, 400);
  });
});

test('a URL may be used by many, and any number of times', async () => {
  const url = await sign(new ListObjectsV2Command({ Bucket }));
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
});
