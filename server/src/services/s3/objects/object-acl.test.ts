import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';

const object = { Bucket: 'grants', Key: 'k' };
let platform: TestPlatform;
let s3: S3Client;
before(async () => {
  platform = await startPlatform();
  s3 = platform.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: object.Bucket }));
  await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
});
after(() => platform[Symbol.asyncDispose]());

describe('grants on objects do', () => {
  it('say that the object is its bucket’s owner’s, and may say it again', async () => {
    const { Owner: owner, Grants: grants = [] } = await s3.send(new GetObjectAclCommand(object));
    assert.deepEqual(grants, [{ Grantee: { ID: owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
    await s3.send(new PutObjectAclCommand({ ...object, ACL: 'bucket-owner-full-control' }));
    await s3.send(new PutObjectAclCommand({ ...object, AccessControlPolicy: { Owner: owner, Grants: grants } }));
  });
});

describe('grants on objects refuse', () => {
  it('others', async () => {
    await assert.rejects(s3.send(new PutObjectAclCommand({ ...object, ACL: 'public-read' })), {
      name: 'AccessControlListNotSupported',
      message: 'The bucket does not allow ACLs',
    });
  });

  it('objects that are not there', async () => {
    await assert.rejects(s3.send(new GetObjectAclCommand({ ...object, Key: 'never' })), { name: 'NoSuchKey' });
  });
});
