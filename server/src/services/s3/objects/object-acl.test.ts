import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform({ flags: ['--any-credentials'] });
after(() => platform[Symbol.asyncDispose]());
const ofAccount = (accessKeyId: string) =>
  platform.client(S3Client, { credentials: { accessKeyId, secretAccessKey: 'any' } });
const owner = ofAccount('111111111111');
const friend = ofAccount('222222222222');
const stranger = ofAccount('333333333333');
const { Owner: friendly } = await friend.send(new ListBucketsCommand({}));
const Bucket = 'granting';
await owner.send(new CreateBucketCommand({ Bucket, ObjectOwnership: 'ObjectWriter' }));
await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
const enforced = { Bucket: 'enforced', Key: 'k' };
await owner.send(new CreateBucketCommand({ Bucket: enforced.Bucket }));
await owner.send(new PutObjectCommand({ ...enforced, Body: 'x' }));

const put = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  owner.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
const read = (client: S3Client, Key: string, more: object = {}) =>
  client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const grantsOf = async (client: S3Client, Key: string) =>
  (await client.send(new GetObjectAclCommand({ Bucket, Key }))).Grants?.map(
    ({ Grantee: grantee, Permission: permission }) => [grantee?.URI?.split('/').at(-1) ?? grantee?.ID, permission],
  );
const denied = { name: 'AccessDenied' };

describe('grants on objects do', () => {
  it('say that the object is its bucket’s owner’s, and may say it again', async () => {
    const { Owner: account, Grants: grants = [] } = await owner.send(new GetObjectAclCommand(enforced));
    assert.deepEqual(grants, [{ Grantee: { ID: account?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
    await owner.send(new PutObjectAclCommand({ ...enforced, ACL: 'bucket-owner-full-control' }));
    const AccessControlPolicy = { Owner: account, Grants: grants };
    await owner.send(new PutObjectAclCommand({ ...enforced, AccessControlPolicy }));
    await owner.send(new PutObjectCommand({ ...enforced, Body: 'x', ACL: 'bucket-owner-full-control' }));
  });

  it('let everybody read what is written so, until it is said otherwise', async () => {
    await put('open', { ACL: 'public-read', ContentType: 'text/plain', Tagging: 'a=b' });
    await put('shut');
    assert.equal((await read(stranger, 'open')).ContentType, 'text/plain');
    await stranger.send(new HeadObjectCommand({ Bucket, Key: 'open' }));
    assert.deepEqual((await grantsOf(owner, 'open'))?.slice(1), [['AllUsers', 'READ']]);
    const write = new PutObjectCommand({ Bucket, Key: 'open', Body: 'y' });
    const remove = new DeleteObjectCommand({ Bucket, Key: 'open' });
    for (const asked of [write, remove]) await assert.rejects(stranger.send(asked as typeof write), denied);
    await assert.rejects(grantsOf(stranger, 'open'), denied);
    await assert.rejects(read(stranger, 'shut'), denied);
    await assert.rejects(read(stranger, 'never'), denied);
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'open', ACL: 'private' }));
    await assert.rejects(read(stranger, 'open'), denied);
    const { ContentType: type, TagCount: tags } = await read(owner, 'open');
    assert.deepEqual([type, tags], ['text/plain', 1]);
  });

  it('let those whom they name read and change them', async () => {
    await put('named', { GrantRead: `id="${friendly?.ID}"` });
    await read(friend, 'named');
    await assert.rejects(read(stranger, 'named'), denied);
    await assert.rejects(grantsOf(friend, 'named'), denied);
    await owner.send(new PutObjectAclCommand({ Bucket, Key: 'named', GrantFullControl: `id="${friendly?.ID}"` }));
    assert.deepEqual(await grantsOf(friend, 'named'), [[friendly?.ID, 'FULL_CONTROL']]);
    await friend.send(new PutObjectAclCommand({ Bucket, Key: 'named', ACL: 'authenticated-read' }));
    await read(stranger, 'named');
    const tagging = new PutObjectTaggingCommand({ Bucket, Key: 'named', Tagging: { TagSet: [] } });
    await assert.rejects(friend.send(tagging), denied);
  });

  it('are of each copy and upload its own', async () => {
    await put('original', { ACL: 'public-read' });
    const CopySource = `${Bucket}/original`;
    await owner.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    await assert.rejects(read(stranger, 'copy'), denied);
    await owner.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ACL: 'public-read' }));
    await read(stranger, 'copy');
    const target = { Bucket, Key: 'parts' };
    const { UploadId } = await owner.send(new CreateMultipartUploadCommand({ ...target, ACL: 'public-read' }));
    const { ETag } = await owner.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await owner.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
    await read(stranger, 'parts');
  });

  it('are of each version its own', async () => {
    const versioned = 'versioned-grants';
    await owner.send(new CreateBucketCommand({ Bucket: versioned, ObjectOwnership: 'BucketOwnerPreferred' }));
    await owner.send(new DeletePublicAccessBlockCommand({ Bucket: versioned }));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await owner.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }));
    const target = { Bucket: versioned, Key: 'k' };
    const first = await owner.send(new PutObjectCommand({ ...target, Body: 'one', ACL: 'public-read' }));
    const { VersionId } = await owner.send(new PutObjectCommand({ ...target, Body: 'two' }));
    await assert.rejects(stranger.send(new GetObjectCommand(target)), denied);
    await stranger.send(new GetObjectCommand({ ...target, VersionId: first.VersionId }));
    await assert.rejects(stranger.send(new GetObjectCommand({ ...target, VersionId })), denied);
    await owner.send(new DeleteObjectCommand(target));
    await assert.rejects(stranger.send(new GetObjectCommand(target)), denied);
  });
});

describe('grants on objects refuse', () => {
  it('others where ownership does away with them', async () => {
    const refusal = { name: 'AccessControlListNotSupported', message: 'The bucket does not allow ACLs' };
    await assert.rejects(owner.send(new PutObjectAclCommand({ ...enforced, ACL: 'public-read' })), refusal);
    const write = new PutObjectCommand({ ...enforced, Body: 'x', ACL: 'public-read' });
    await assert.rejects(owner.send(write), refusal);
  });

  it('the public where it is blocked, and to count where it is ignored', async () => {
    const block = (PublicAccessBlockConfiguration: object) =>
      owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    await put('blocked', { ACL: 'public-read' });
    await block({ IgnorePublicAcls: true });
    await assert.rejects(read(stranger, 'blocked'), denied);
    await block({ BlockPublicAcls: true });
    await read(stranger, 'blocked');
    const because = /s3:PutObject on resource: ".*" because public access control lists \(ACLs\) are blocked/;
    await assert.rejects(put('blocked', { ACL: 'public-read' }), { ...denied, message: because });
    await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  });

  it('objects that are not there', async () => {
    await assert.rejects(grantsOf(owner, 'never'), { name: 'NoSuchKey' });
  });
});
