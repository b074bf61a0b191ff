import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform({ flags: ['--any-credentials'] });
after(() => platform[Symbol.asyncDispose]());
const ofAccount = (accessKeyId: string) =>
  platform.client(S3Client, { credentials: { accessKeyId, secretAccessKey: 'any' } });
const owner = ofAccount('111111111111');
const friend = ofAccount('222222222222');
const stranger = ofAccount('333333333333');
const idOf = async (client: S3Client) => (await client.send(new ListBucketsCommand({}))).Owner?.ID ?? '';
const friendId = await idOf(friend);

async function shared(Bucket: string) {
  await owner.send(new CreateBucketCommand({ Bucket, ObjectOwnership: 'BucketOwnerPreferred' }));
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  return {
    grant: (acl: object) => owner.send(new PutBucketAclCommand({ Bucket, ...acl })),
    list: new ListObjectsV2Command({ Bucket }),
    read: new GetObjectCommand({ Bucket, Key: 'k' }),
    write: new PutObjectCommand({ Bucket, Key: 'k', Body: 'y' }),
    acl: new GetBucketAclCommand({ Bucket }),
  };
}
const denied = { name: 'AccessDenied' };

describe('grants do', () => {
  it('let in whom they name, to what they name', async () => {
    const { grant, list, read, write, acl } = await shared('named');
    await assert.rejects(friend.send(list), denied);
    await grant({ GrantRead: `id="${friendId}"` });
    assert.equal((await friend.send(list)).KeyCount, 1);
    await assert.rejects(stranger.send(list), denied);
    for (const asked of [read, write, acl]) await assert.rejects(friend.send(asked as typeof read), denied);
    await grant({ GrantFullControl: `id="${friendId}"` });
    await friend.send(write);
    assert.equal((await friend.send(acl)).Grants?.[0]?.Permission, 'FULL_CONTROL');
    await assert.rejects(friend.send(read), denied);
  });

  it('let in everybody, unless that is to be ignored', async () => {
    const Bucket = 'everybody';
    const { grant, list, write } = await shared(Bucket);
    await grant({ ACL: 'public-read' });
    assert.equal((await stranger.send(list)).KeyCount, 1);
    await assert.rejects(stranger.send(write), denied);
    const PublicAccessBlockConfiguration = { IgnorePublicAcls: true };
    await owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    await assert.rejects(stranger.send(list), denied);
  });

  it('open nothing that a public policy of a restricted bucket would', async () => {
    const Bucket = 'restricted';
    const { grant, list, read } = await shared(Bucket);
    await grant({ GrantRead: `id="${friendId}"` });
    const Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await friend.send(read);
    const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
    await owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    await assert.rejects(friend.send(read), denied);
    await friend.send(list);
    await grant({ ACL: 'private' });
    for (const asked of [read, list]) await assert.rejects(friend.send(asked as typeof read), denied);
  });

  it('nothing where ownership does away with them', async () => {
    const Bucket = 'enforced';
    const { grant, list } = await shared(Bucket);
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await grant({ ACL: 'private' });
    await owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    await assert.rejects(grant({ GrantRead: `id="${friendId}"` }), { name: 'AccessControlListNotSupported' });
    await assert.rejects(friend.send(list), denied);
  });
});

describe('policies do', () => {
  it('let in accounts that they name by their canonical id', async () => {
    const Bucket = 'canonical';
    const { read } = await shared(Bucket);
    const Principal = { CanonicalUser: friendId };
    const Statement = { Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await friend.send(read);
    await assert.rejects(stranger.send(read), denied);
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
    await assert.rejects(friend.send(read), denied);
  });
});
