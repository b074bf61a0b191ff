/** S3's buckets as hosts, driven by the official SDK with forcePathStyle off: what it does and refuses. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { ask, errorOf, here } from './by-hand.ts';

let platform: TestPlatform;
before(async () => {
  platform = await startPlatform({ flags: ['--domain', 'ml.example'] });
});
after(() => platform[Symbol.asyncDispose]());

const port = () => new URL(platform.endpoint).port;
const hosted = (host: string, extra: object = {}) =>
  platform.client(S3Client, {
    endpoint: `http://${host}:${port()}`,
    forcePathStyle: false,
    requestHandler: { httpAgent: new Agent({ lookup: here as never, keepAlive: true }) },
    ...extra,
  });

describe('buckets as hosts', () => {
  const endpoints = [
    'localhost',
    's3.localhost',
    's3.us-east-1.localhost',
    's3.eu-central-1.localhost',
    'ml.example',
    's3.ml.example',
    's3.eu-west-1.ml.example',
    's3.amazonaws.com',
    's3.us-west-2.amazonaws.com',
    's3.dualstack.us-west-2.amazonaws.com',
  ];
  for (const [number, host] of endpoints.entries())
    test(`every kind of request at ${host}`, async () => {
      const client = hosted(host);
      const Bucket = `s3-bucket.number-${number}`;
      await client.send(new CreateBucketCommand({ Bucket }));
      await client.send(new HeadBucketCommand({ Bucket }));
      for (const Key of ['k', 'a folder/ü & +.csv', 's3.localhost/x'])
        await client.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { of: 'a host' } }));
      const { Contents: found = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      assert.deepEqual(
        found.map(({ Key }) => Key),
        ['a folder/ü & +.csv', 'k', 's3.localhost/x'],
      );
      const { Body: body, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key: 'a folder/ü & +.csv' }));
      assert.equal(await body?.transformToString(), 'a folder/ü & +.csv');
      assert.deepEqual(Metadata, { of: 'a host' });
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } }));
      const { KeyCount: left } = await platform.client(S3Client).send(new ListObjectsV2Command({ Bucket }));
      assert.equal(left, 2);
      const { Buckets: all = [] } = await client.send(new ListBucketsCommand({}));
      assert.ok(all.some(({ Name }) => Name === Bucket));
    });

  test('with the endpoint in capitals', async () => {
    const client = hosted('S3.LOCALHOST');
    await client.send(new CreateBucketCommand({ Bucket: 'capitals' }));
    await platform.client(S3Client).send(new HeadBucketCommand({ Bucket: 'capitals' }));
  });
});

describe('buckets as hosts refuse', () => {
  test('a signature that was made for another host', async () => {
    const client = hosted('s3.localhost');
    await client.send(new CreateBucketCommand({ Bucket: 'signed-host' }));
    const elsewhere = hosted('s3.localhost');
    elsewhere.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string> };
        request.headers.host = `other.s3.localhost:${port()}`;
        return next(args);
      },
      // Behind the signature.
      { step: 'finalizeRequest', priority: 'low' },
    );
    await assert.rejects(elsewhere.send(new GetObjectCommand({ Bucket: 'signed-host', Key: 'k' })), {
      name: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    });
  });

  test('a bucket that is not there, by its name', async () => {
    await assert.rejects(hosted('s3.localhost').send(new ListObjectsV2Command({ Bucket: 'not-there' })), {
      name: 'NoSuchBucket',
      BucketName: 'not-there',
    });
  });

  test('nobody', async () => {
    assert.deepEqual(errorOf(await ask(`http://b.s3.localhost:${port()}/k`)), {
      status: '403',
      Code: 'AccessDenied',
      Message: 'Access Denied',
    });
  });
});
