/** Names that every object of JavaScript has are names like any other. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  type ObjectCannedACL,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const s3 = platform.client(S3Client);
const Bucket = 'prototypes';
await s3.send(new CreateBucketCommand({ Bucket, ObjectOwnership: 'ObjectWriter' }));
await s3.send(new PutObjectCommand({ Bucket, Key: 'k' }));
const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

describe('names of Object.prototype refuse', () => {
  it('to be canned ACLs', async () => {
    for (const name of names) {
      const ACL = name as ObjectCannedACL & 'private';
      for (const command of [
        new PutBucketAclCommand({ Bucket, ACL }),
        new PutObjectAclCommand({ Bucket, Key: 'k', ACL }),
        new PutObjectCommand({ Bucket, Key: 'k', ACL }),
        new CreateBucketCommand({ Bucket: 'another', ACL, ObjectOwnership: 'ObjectWriter' }),
      ])
        await assert.rejects(s3.send(command as PutObjectCommand), { name: 'InvalidArgument', ArgumentValue: name });
    }
  });

  it('to be kinds of principals', async () => {
    for (const name of names) {
      const Principal = JSON.parse(`{${JSON.stringify(name)}:"x"}`);
      const Statement = [{ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await assert.rejects(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })), { name: 'MalformedPolicy' });
    }
  });
});
