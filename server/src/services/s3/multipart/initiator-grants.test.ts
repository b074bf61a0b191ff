import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform({ flags: ['--any-credentials'] });
after(() => platform[Symbol.asyncDispose]());
const ofAccount = (accessKeyId: string) =>
  platform.client(S3Client, { credentials: { accessKeyId, secretAccessKey: 'any' } });
const owner = ofAccount('111111111111');
const initiator = ofAccount('222222222222');
const another = ofAccount('333333333333');

const Bucket = 'uploads';
const Key = 'k';
await owner.send(new CreateBucketCommand({ Bucket }));
const allowed = {
  Effect: 'Allow',
  Principal: { AWS: ['222222222222', '333333333333'] },
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::${Bucket}/*`,
};
const setPolicy = (...Statement: object[]) =>
  owner.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
await setPolicy(allowed);
const begin = async () => {
  const { UploadId } = await initiator.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  return { Bucket, Key, UploadId };
};
const denied = { name: 'AccessDenied' };

describe('an upload in another account’s bucket does', () => {
  it('let whoever has created it list its parts and abort it', async () => {
    const upload = await begin();
    assert.equal((await initiator.send(new ListPartsCommand(upload))).UploadId, upload.UploadId);
    await initiator.send(new AbortMultipartUploadCommand(upload));
    await assert.rejects(owner.send(new ListPartsCommand(upload)), { name: 'NoSuchUpload' });
  });
});

describe('an upload in another account’s bucket refuses', () => {
  it('to be listed and aborted by others who may write there', async () => {
    const upload = await begin();
    await assert.rejects(another.send(new ListPartsCommand(upload)), denied);
    await assert.rejects(another.send(new AbortMultipartUploadCommand(upload)), denied);
    await owner.send(new AbortMultipartUploadCommand(upload));
  });

  it('what the bucket’s policy denies, whoever has created it', async () => {
    const upload = await begin();
    await setPolicy(allowed, { ...allowed, Effect: 'Deny', Action: 's3:AbortMultipartUpload' });
    await assert.rejects(initiator.send(new AbortMultipartUploadCommand(upload)), denied);
    await initiator.send(new ListPartsCommand(upload));
  });
});
