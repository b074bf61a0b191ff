/** What S3 answers on the wire where its model says something else, or nothing: read as bytes, which the SDKs hide. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { type Sending, send, sign } from '../harness/signed.ts';
import { type Answer, ask, errorOf } from './by-hand.ts';

let platform: TestPlatform;
let s3: S3Client;
let marker: string | undefined;
const Bucket = 'answers';
before(async () => {
  platform = await startPlatform();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Status = 'Enabled';
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'one two', Body: 'x' }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  marker = (await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }))).VersionId;
});
after(() => platform[Symbol.asyncDispose]());

async function asked(method: string, target: string, more: Partial<Sending> = {}): Promise<Answer> {
  const { body, ...answer } = await send(platform, sign(platform, { service: 's3', method, target, ...more }));
  return { ...answer, headers: answer.headers as Answer['headers'], body: String(body) };
}

describe('S3 does', () => {
  test('answer 204 to tags and policies of buckets that it has taken', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    const Statement = [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 's3:GetObject', Resource }];
    const policy = JSON.stringify({ Version: '2012-10-17', Statement });
    for (const [target, body] of [
      [`/${Bucket}?tagging`, tagging],
      [`/${Bucket}?policy`, policy],
    ] as const) {
      const { status, body: answered } = await asked('PUT', target, { body });
      assert.deepEqual([status, answered], [204, ''], target);
    }
  });

  test('name a content type in the answer to HeadBucket', async () => {
    const { status, headers } = await asked('HEAD', `/${Bucket}`);
    assert.deepEqual([status, headers['content-type']], [200, 'application/xml']);
  });

  test('leave out of listings a delimiter that is empty', async () => {
    for (const query of [
      'delimiter=',
      'delimiter=&list-type=2&start-after=',
      'delimiter=&versions',
      'delimiter=&uploads',
    ]) {
      const { body } = await asked('GET', `/${Bucket}?${query}`);
      assert.match(body, /<IsTruncated>false<\/IsTruncated>/, query);
      assert.doesNotMatch(body, /Delimiter|StartAfter/, query);
    }
  });

  test('ignore conditions whose date is none', async () => {
    for (const name of ['if-modified-since', 'if-unmodified-since'])
      assert.equal((await asked('GET', `/${Bucket}/k`, { headers: { [name]: 'yesterday' } })).status, 200, name);
    for (const name of ['x-amz-copy-source-if-modified-since', 'x-amz-copy-source-if-unmodified-since']) {
      const headers = { 'x-amz-copy-source': `${Bucket}/k`, [name]: 'yesterday' };
      assert.equal((await asked('PUT', `/${Bucket}/copy`, { headers })).status, 200, name);
    }
  });

  test('read a plus in the name of a copy’s source as a space', async () => {
    const headers = { 'x-amz-copy-source': `${Bucket}/one+two` };
    assert.equal((await asked('PUT', `/${Bucket}/copy`, { headers })).status, 200);
    const { status } = await asked('PUT', `/${Bucket}/copy`, {
      headers: { 'x-amz-copy-source': `${Bucket}/one%2Btwo` },
    });
    assert.equal(status, 404);
  });

  test('keep a content encoding as it was written, but for aws-chunked', async () => {
    for (const [sent, kept] of [
      ['deflate, gzip', 'deflate, gzip'],
      ['deflate,gzip', 'deflate,gzip'],
      ['aws-chunked, deflate, gzip', 'deflate, gzip'],
      ['deflate, gzip,aws-chunked', 'deflate, gzip'],
      ['aws-chunked', undefined],
    ] as const) {
      await asked('PUT', `/${Bucket}/coded`, { body: 'x', headers: { 'content-encoding': sent } });
      assert.equal((await asked('HEAD', `/${Bucket}/coded`)).headers['content-encoding'], kept, sent);
    }
    const chunked = await asked('PUT', `/${Bucket}/coded`, {
      body: '1\r\nx\r\n0\r\n\r\n',
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'content-encoding': 'deflate, gzip,aws-chunked', 'x-amz-decoded-content-length': '1' },
    });
    assert.equal(chunked.status, 200, chunked.body);
    assert.equal((await asked('HEAD', `/${Bucket}/coded`)).headers['content-encoding'], 'deflate, gzip');
  });

  test('answer an unknown expectation as a request without it', async () => {
    const { port } = new URL(platform.endpoint);
    const { headers } = sign(platform, { service: 's3', target: `/${Bucket}/k` });
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    for (const expectation of ['200', '']) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`GET /${Bucket}/k HTTP/1.1\r\nexpect: ${expectation}\r\nconnection: close\r\n${head.join('')}\r\n`);
      assert.match(await text(socket), /^HTTP\/1\.1 200 /, expectation);
    }
  });

  test('take an entity tag that lacks one of its quotes', async () => {
    const { headers } = await asked('PUT', `/${Bucket}/tagged`, { body: 'x' });
    const etag = (headers.etag ?? '').replaceAll('"', '');
    for (const given of [`${etag}"`, `"${etag}`, etag])
      assert.equal(
        (await asked('PUT', `/${Bucket}/tagged`, { body: 'x', headers: { 'if-match': given } })).status,
        200,
      );
  });
});

describe('S3 refuses', () => {
  test('what is not there, without naming the path', async () => {
    assert.deepEqual(errorOf(await asked('GET', `/${Bucket}/none`)), {
      status: '404',
      Code: 'NoSuchKey',
      Message: 'The specified key does not exist.',
      Key: 'none',
    });
  });

  test('a delete marker, naming the method that was asked', async () => {
    const tags = { body: '<Tagging><TagSet></TagSet></Tagging>' };
    for (const [method, query, more] of [
      ['GET', '', {}],
      ['PUT', 'tagging&', tags],
      ['DELETE', 'tagging&', {}],
    ] as const) {
      assert.deepEqual(errorOf(await asked(method, `/${Bucket}/gone?${query}versionId=${marker}`, more)), {
        status: '405',
        Code: 'MethodNotAllowed',
        Message: 'The specified method is not allowed against this resource.',
        Method: method,
        ResourceType: 'DeleteMarker',
      });
    }
  });

  test('encryption headers for an object that is not encrypted', async () => {
    const headers = { 'x-amz-server-side-encryption': 'AES256' };
    const refused = {
      status: '400',
      Code: 'InvalidArgument',
      Message: 'x-amz-server-side-encryption header is not supported for this operation.',
      ArgumentName: 'x-amz-server-side-encryption',
      ArgumentValue: 'AES256',
    };
    for (const target of [`/${Bucket}/k`, `/${Bucket}?list-type=2`])
      assert.deepEqual(errorOf(await asked('GET', target, { headers })), refused);
    assert.equal((await asked('HEAD', `/${Bucket}/k`, { headers })).status, 400);
    const part = `/${Bucket}/k?partNumber=1&uploadId=u`;
    assert.deepEqual(errorOf(await asked('PUT', part, { headers, body: 'x' })), refused);
  });

  test('a body in HTTP’s chunks without a declared length', async () => {
    const refused = {
      status: '501',
      Code: 'NotImplemented',
      Message: 'A header you provided implies functionality that is not implemented',
      Header: 'Transfer-Encoding',
    };
    const headers = { 'transfer-encoding': 'chunked' };
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'chunked' }));
    assert.deepEqual(errorOf(await ask(url, { method: 'PUT', headers, body: 'x' })), refused);
    const hashed = await asked('PUT', `/${Bucket}/chunked`, { headers, unsigned: ['transfer-encoding'], body: 'x' });
    assert.deepEqual(errorOf(hashed), refused);
    assert.equal((await asked('HEAD', `/${Bucket}/chunked`)).status, 404);
  });

  test('numbers that are negative, and such as no integer holds, in sentences of their own', async () => {
    const cases: [query: string, name: string][] = [
      [`k?uploadId=u&max-parts=`, 'max-parts'],
      [`k?uploadId=u&part-number-marker=`, 'part-number-marker'],
      ['?max-keys=', 'max-keys'],
      ['?list-type=2&max-keys=', 'max-keys'],
      ['?versions&max-keys=', 'max-keys'],
      ['?uploads&max-uploads=', 'max-uploads'],
    ];
    for (const [query, name] of cases) {
      for (const [value, message] of [
        ['-42', `Argument ${name} must be an integer between 0 and 2147483647`],
        [String(2 ** 31), `Provided ${name} not an integer or within integer range`],
        ['some', `Provided ${name} not an integer or within integer range`],
      ] as const) {
        const { status, Code, Message } = errorOf(await asked('GET', `/${Bucket}/${query}${value}`));
        assert.deepEqual([status, Code, Message], ['400', 'InvalidArgument', message], query);
      }
    }
  });
});
