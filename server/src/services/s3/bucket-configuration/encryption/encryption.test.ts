import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  S3Client,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';
import { defaultEncryptionOf } from './default-encryption.ts';
import { managedKeyArn } from './managed-key.ts';

const platform = await startPlatform({ flags: ['--default-encryption', 'AES256'] });
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'encrypted';
await s3.send(new CreateBucketCommand({ Bucket }));

const put = (...Rules: ServerSideEncryptionRule[]) =>
  s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
const get = async () =>
  (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules;
const rule = (SSEAlgorithm: string, more: object = {}): ServerSideEncryptionRule => ({
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: SSEAlgorithm as 'AES256', ...more },
});
const usual = [{ ...rule('AES256'), BucketKeyEnabled: false }];
const scope = { account: '111122223333', region: 'eu-west-1' };
const bucketOf = (...Rules: ServerSideEncryptionRule[]) => ({
  ...scope,
  name: 'b',
  created_at: 0,
  document: '{}',
  versioning: 'Unversioned' as const,
  object_lock: null,
  configuration: Rules.length > 0 ? { encryption: { Rules } } : {},
});

describe('encryption does', () => {
  it('begin with S3’s keys and go back to them', async () => {
    assert.deepEqual(await get(), usual);
    await put({ ...rule('aws:kms'), BucketKeyEnabled: true });
    assert.deepEqual(await get(), [{ ...rule('aws:kms'), BucketKeyEnabled: true }]);
    await put(rule('aws:kms', { KMSMasterKeyID: 'alias/aws/s3' }));
    assert.deepEqual(await get(), [
      { ...rule('aws:kms', { KMSMasterKeyID: 'alias/aws/s3' }), BucketKeyEnabled: false },
    ]);
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    assert.deepEqual(await get(), usual);
  });

  it('let an object be copied onto itself where they were set, whether or not that changes it', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'in-place' }));
    const target = { Bucket: 'in-place', Key: 'k' };
    await s3.send(new PutObjectCommand({ ...target, Body: 'x' }));
    const copy = () => s3.send(new CopyObjectCommand({ ...target, CopySource: 'in-place/k' }));
    await assert.rejects(copy(), { name: 'InvalidRequest', message: /^This copy request is illegal/ });
    const Rules = [rule('AES256')];
    await s3.send(new PutBucketEncryptionCommand({ Bucket: 'in-place', ServerSideEncryptionConfiguration: { Rules } }));
    await copy();
  });

  it('tell the object side what to do', () => {
    const settings = { defaultEncryption: 'AES256' } as const;
    assert.deepEqual(defaultEncryptionOf(bucketOf(), settings), { kind: 'AES256' });
    assert.equal(defaultEncryptionOf(bucketOf(), { defaultEncryption: 'none' }), undefined);
    assert.deepEqual(defaultEncryptionOf(bucketOf({ ...rule('aws:kms'), BucketKeyEnabled: true }), settings), {
      kind: 'aws:kms',
      keyId: managedKeyArn(scope),
      bucketKey: true,
    });
    assert.match(
      managedKeyArn(scope),
      /^arn:aws:kms:eu-west-1:111122223333:key\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
  });
});

describe('encryption refuses', () => {
  it('no rule, two rules, rules without an algorithm', async () => {
    const malformed = {
      name: 'MalformedXML',
      message: 'The XML you provided was not well-formed or did not validate against our published schema',
    };
    await assert.rejects(put(), malformed);
    await assert.rejects(put(rule('AES256'), rule('AES256')), malformed);
    await assert.rejects(put(rule('ROT13')), malformed);
  });

  it('keys for an algorithm that has none', async () => {
    await assert.rejects(put(rule('AES256', { KMSMasterKeyID: 'alias/aws/s3' })), {
      name: 'InvalidArgument',
      message: 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      ArgumentName: 'ApplyServerSideEncryptionByDefault',
    });
  });

  it('what is not built, by its name', async () => {
    await assert.rejects(put(rule('aws:kms:dsse')), {
      name: 'NotImplemented',
      message: 'The SSEAlgorithm aws:kms:dsse is not implemented by Clary.',
    });
    await assert.rejects(put(rule('aws:kms', { KMSMasterKeyID: 'alias/mine' })), { name: 'NotImplemented' });
  });
});
