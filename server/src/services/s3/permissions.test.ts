import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../test/harness/platform.ts';

const platform = await startPlatform();
const root = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'permissions';
await root.send(new CreateBucketCommand({ Bucket }));
for (const Key of ['raw/1', 'model/1']) await root.send(new PutObjectCommand({ Bucket, Key, Body: Key }));

async function clientOf(UserName: string, statements: object[]): Promise<S3Client> {
  const iam = platform.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return platform.client(S3Client, {
    credentials: { accessKeyId: key?.AccessKeyId, secretAccessKey: key?.SecretAccessKey },
  });
}

const denied = { name: 'AccessDenied', message: /is not authorized to perform: s3:/ };

describe('permissions do', () => {
  it('keep from those who may not list which keys are not there', async () => {
    const blind = await clientOf('unlisting', [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }]);
    const missing = new GetObjectCommand({ Bucket, Key: 'raw/never' });
    await assert.rejects(root.send(missing), { name: 'NoSuchKey' });
    await assert.rejects(blind.send(missing), {
      name: 'AccessDenied',
      message: /is not authorized to perform: s3:ListBucket on resource: /,
    });
  });

  it('let a reader of one prefix read and list that prefix and nothing else', async () => {
    const reader = await clientOf('reader', [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/raw/*` },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${Bucket}`,
        Condition: { StringLike: { 's3:prefix': 'raw/*' } },
      },
    ]);
    const { Body: body } = await reader.send(new GetObjectCommand({ Bucket, Key: 'raw/1' }));
    assert.equal(await body?.transformToString(), 'raw/1');
    const { KeyCount: count } = await reader.send(new ListObjectsV2Command({ Bucket, Prefix: 'raw/' }));
    assert.equal(count, 1);
    await assert.rejects(reader.send(new ListObjectsV2Command({ Bucket })), denied);
    await assert.rejects(reader.send(new GetObjectCommand({ Bucket, Key: 'model/1' })), denied);
    await assert.rejects(reader.send(new PutObjectCommand({ Bucket, Key: 'raw/1', Body: 'x' })), denied);
    await assert.rejects(reader.send(new DeleteObjectCommand({ Bucket, Key: 'raw/1' })), denied);
    await assert.rejects(reader.send(new ListBucketsCommand({})), denied);
  });

  it('ask a copy for its source and a deletion for each key', async () => {
    const writer = await clientOf('writer', [
      { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: `arn:aws:s3:::${Bucket}/raw/*` },
    ]);
    await writer.send(new PutObjectCommand({ Bucket, Key: 'raw/2', Body: 'x' }));
    await assert.rejects(
      writer.send(new CopyObjectCommand({ Bucket, Key: 'raw/3', CopySource: `${Bucket}/model/1` })),
      denied,
    );
    const remove = (keys: string[]) =>
      writer.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    const { Deleted: deleted, Errors: errors } = await remove(['raw/2', 'model/1']);
    assert.deepEqual(deleted, [{ Key: 'raw/2' }]);
    assert.deepEqual(
      errors?.map(({ Key, Code }) => [Key, Code]),
      [['model/1', 'AccessDenied']],
    );
    assert.match(errors?.[0]?.Message ?? '', denied.message);
    await root.send(new GetObjectCommand({ Bucket, Key: 'model/1' }));
  });

  it('go by the tags that an object has, and by those that a request brings', async () => {
    const put = (Key: string, Tagging: string) => root.send(new PutObjectCommand({ Bucket, Key, Body: Key, Tagging }));
    await put('tagged/public', 'class=public');
    await put('tagged/secret', 'class=secret');
    const all = `arn:aws:s3:::${Bucket}/tagged/*`;
    const reader = await clientOf('tag-reader', [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectTagging'],
        Resource: all,
        Condition: { StringEquals: { 's3:ExistingObjectTag/class': 'public' } },
      },
      {
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:PutObjectTagging'],
        Resource: all,
        Condition: {
          StringEquals: { 's3:RequestObjectTag/class': 'public' },
          'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['class'] },
        },
      },
    ]);
    await reader.send(new GetObjectCommand({ Bucket, Key: 'tagged/public' }));
    await assert.rejects(reader.send(new GetObjectCommand({ Bucket, Key: 'tagged/secret' })), denied);
    const write = (Tagging?: string) =>
      reader.send(new PutObjectCommand({ Bucket, Key: 'tagged/new', Body: 'x', ...(Tagging ? { Tagging } : {}) }));
    await write('class=public');
    await assert.rejects(write('class=secret'), denied);
    await assert.rejects(write('class=public&other=1'), denied);
    await assert.rejects(write(), denied);
  });

  it('may demand conditions of writes and deletions, which ask for the right to read', async () => {
    const resource = `arn:aws:s3:::${Bucket}/guarded/*`;
    const blind = await clientOf('blind', [
      { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: resource },
    ]);
    const Deny = { Effect: 'Deny', Action: 's3:PutObject', Resource: resource };
    const careful = await clientOf('careful', [
      { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject', 's3:GetObject'], Resource: resource },
      {
        ...Deny,
        Condition: {
          Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
          Bool: { 's3:ObjectCreationOperation': 'true' },
        },
      },
      { ...Deny, Action: 's3:DeleteObject', Condition: { Null: { 's3:if-match': 'true' } } },
    ]);
    const target = { Bucket, Key: 'guarded/1' };
    const put = (more: object) => new PutObjectCommand({ ...target, Body: 'x', ...more });
    await assert.rejects(careful.send(put({})), denied);
    const { ETag: etag } = await careful.send(put({ IfNoneMatch: '*' }));
    await assert.rejects(blind.send(put({ IfMatch: etag })), denied);
    await assert.rejects(blind.send(new DeleteObjectCommand({ ...target, IfMatch: etag })), denied);
    await assert.rejects(careful.send(new DeleteObjectCommand(target)), denied);
    const { UploadId } = await careful.send(new CreateMultipartUploadCommand(target));
    const part = await careful.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'y' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    const complete = { ...target, UploadId, MultipartUpload };
    await assert.rejects(careful.send(new CompleteMultipartUploadCommand(complete)), denied);
    const { ETag: second } = await careful.send(new CompleteMultipartUploadCommand({ ...complete, IfMatch: etag }));
    const objects = [{ Key: target.Key, ETag: second }];
    const refused = await blind.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: objects } }));
    assert.deepEqual(
      refused.Errors?.map(({ Code }) => Code),
      ['AccessDenied'],
    );
    await careful.send(new DeleteObjectCommand({ ...target, IfMatch: second }));
  });

  it('go by what a write is to be', async () => {
    const writer = await clientOf('sealed-writer', [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/sealed/*` },
      {
        Effect: 'Deny',
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${Bucket}/sealed/*`,
        Condition: { Null: { 's3:x-amz-server-side-encryption': 'true' } },
      },
    ]);
    const write = (more: object) => writer.send(new PutObjectCommand({ Bucket, Key: 'sealed/1', Body: 'x', ...more }));
    await write({ ServerSideEncryption: 'AES256' });
    await assert.rejects(write({}), denied);
  });
});
