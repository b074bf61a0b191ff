import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAnalyticsConfigurationCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  GetBucketInventoryConfigurationCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketMetricsConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  ListBucketAnalyticsConfigurationsCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListBucketInventoryConfigurationsCommand,
  ListBucketMetricsConfigurationsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, startPlatformProcess } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'plain';
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
await s3.send(new CreateBucketCommand({ Bucket }));
const Id = 'an-id';
const tag = (Value: string) => ({ TagSet: [{ Key: 'k', Value }] });

describe('a bucket that was never set to anything does', () => {
  it('say so', async () => {
    const { Status: status } = await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }));
    assert.equal(status, undefined);
    assert.equal((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, undefined);
    assert.equal((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer, 'BucketOwner');
    await assert.rejects(s3.send(new GetBucketWebsiteCommand({ Bucket })), {
      name: 'NoSuchWebsiteConfiguration',
      message: 'The specified bucket does not have a website configuration',
      BucketName: Bucket,
    });
    await assert.rejects(s3.send(new GetBucketReplicationCommand({ Bucket })), {
      name: 'ReplicationConfigurationNotFoundError',
      message: 'The replication configuration was not found',
      BucketName: Bucket,
    });
  });

  it('have none of those that there may be many of', async () => {
    const none = { name: 'NoSuchConfiguration', message: 'The specified configuration does not exist.' };
    await assert.rejects(s3.send(new GetBucketAnalyticsConfigurationCommand({ Bucket, Id })), none);
    await assert.rejects(s3.send(new GetBucketInventoryConfigurationCommand({ Bucket, Id })), none);
    await assert.rejects(s3.send(new GetBucketMetricsConfigurationCommand({ Bucket, Id })), none);
    await assert.rejects(s3.send(new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id })), none);
    for (const { IsTruncated: more } of [
      await s3.send(new ListBucketAnalyticsConfigurationsCommand({ Bucket })),
      await s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket })),
      await s3.send(new ListBucketMetricsConfigurationsCommand({ Bucket })),
      await s3.send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket })),
    ]) {
      assert.equal(more, false);
    }
  });
});

describe('a bucket refuses', () => {
  it('to be set to what has no effect', async () => {
    const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } };
    await assert.rejects(s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })), {
      name: 'NotImplemented',
    });
  });

  it('to be asked where it is not there', async () => {
    const refusal = { name: 'NoSuchBucket', message: 'The specified bucket does not exist', BucketName: 'nowhere' };
    await assert.rejects(s3.send(new GetBucketLoggingCommand({ Bucket: 'nowhere' })), refusal);
    await assert.rejects(s3.send(new PutBucketTaggingCommand({ Bucket: 'nowhere', Tagging: { TagSet: [] } })), refusal);
  });
});

describe('documents that came damaged are refused', () => {
  const digests: [string, Record<string, string>, object][] = [
    ['by MD5', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, bad('Content-MD5', 'what we received')],
    ['by CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, bad('CRC32', 'the calculated checksum')],
    ['by CRC32C', { 'x-amz-checksum-crc32c': 'AAAAAA==' }, bad('CRC32C', 'the calculated checksum')],
    ['by CRC64NVME', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, bad('CRC64NVME', 'the calculated checksum')],
    ['by SHA-256', { 'x-amz-checksum-sha256': sha256('another') }, bad('SHA256', 'the calculated checksum')],
    [
      'with no checksum',
      { 'x-amz-checksum-sha256': 'AAAA' },
      { name: 'InvalidRequest', message: 'Value for x-amz-checksum-sha256 header is invalid.' },
    ],
    [
      'with no digest',
      { 'content-md5': 'x' },
      { name: 'InvalidDigest', message: 'The Content-MD5 you specified was invalid.' },
    ],
  ];
  function bad(what: string, against: string) {
    return { name: 'BadDigest', message: `The ${what} you specified did not match ${against}.` };
  }
  for (const [what, headers, refusal] of digests) {
    it(what, async () => {
      const client = platform.client(S3Client, { requestChecksumCalculation: 'WHEN_REQUIRED' });
      client.middlewareStack.add(
        (next) => (args) => {
          Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
          return next(args);
        },
        { step: 'build' },
      );
      await assert.rejects(client.send(new PutBucketTaggingCommand({ Bucket, Tagging: tag('x') })), refusal);
    });
  }
});

describe('what a bucket is set to survives', () => {
  it('the server, but not the bucket', async () => {
    await using server = await startPlatformProcess();
    const client = () => server.client(S3Client);
    const kept = { Bucket: 'kept' };
    await client().send(new CreateBucketCommand(kept));
    await client().send(new PutBucketTaggingCommand({ ...kept, Tagging: tag('1') }));
    const Rules = [
      { ID: 'r', Status: 'Enabled' as const, Filter: {}, Expiration: { Date: new Date('2031-01-01T00:00:00Z') } },
    ];
    await client().send(new PutBucketLifecycleConfigurationCommand({ ...kept, LifecycleConfiguration: { Rules } }));
    await server.kill9();
    await server.restart();
    assert.deepEqual((await client().send(new GetBucketTaggingCommand(kept))).TagSet, tag('1').TagSet);
    assert.deepEqual((await client().send(new GetBucketLifecycleConfigurationCommand(kept))).Rules, Rules);
    await client().send(new DeleteBucketCommand(kept));
    await client().send(new CreateBucketCommand(kept));
    await assert.rejects(client().send(new GetBucketTaggingCommand(kept)), { name: 'NoSuchTagSet' });
  });

  it('many writers: the last one that was answered is told', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: tag(String(at)) }))),
    );
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: tag('last') }));
    assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, tag('last').TagSet);
  });

  it('a block that comes with a public policy: never both', async () => {
    const Policy = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::racing' },
    });
    const racing = { Bucket: 'racing' };
    const block = (BlockPublicPolicy: boolean) =>
      s3.send(new PutPublicAccessBlockCommand({ ...racing, PublicAccessBlockConfiguration: { BlockPublicPolicy } }));
    for (let round = 0; round < 5; round++) {
      await s3.send(new CreateBucketCommand(racing));
      await block(false);
      const blocked = block(true).then(() => s3.send(new PutBucketPolicyCommand({ ...racing, Policy })));
      await Promise.allSettled([s3.send(new PutBucketPolicyCommand({ ...racing, Policy })), blocked]);
      await assert.rejects(blocked, { name: 'AccessDenied' });
      await s3.send(new DeleteBucketCommand(racing));
    }
    await assert.rejects(s3.send(new GetBucketPolicyCommand(racing)), { name: 'NoSuchBucket' });
  });
});
