import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Access } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';
import { s3Operations } from './service.ts';

const bucket = 'arn:aws:s3:::b';
const object = 'arn:aws:s3:::b/dir/k';
const CopySource = '/c/s%20k';
const source = { action: 's3:GetObject', resource: 'arn:aws:s3:::c/s k' };

const write = (context: Access['context']) => ({ action: 's3:PutObject', resource: object, context });
const written = write({ 's3:x-amz-copy-source': CopySource, 's3:ObjectCreationOperation': 'true' });
const part = write({ 's3:ObjectCreationOperation': 'false' });

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const expected: Record<keyof typeof s3Operations, Access[]> = {
  CreateBucket: [{ action: 's3:CreateBucket', resource: bucket }],
  HeadBucket: [{ action: 's3:ListBucket', resource: bucket }],
  ListBuckets: [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  DeleteBucket: [{ action: 's3:DeleteBucket', resource: bucket }],
  GetBucketLocation: [{ action: 's3:GetBucketLocation', resource: bucket }],
  DeleteBucketTagging: [{ action: 's3:PutBucketTagging', resource: bucket }],
  GetBucketTagging: [{ action: 's3:GetBucketTagging', resource: bucket }],
  PutBucketTagging: [{ action: 's3:PutBucketTagging', resource: bucket }],
  DeleteBucketPolicy: [{ action: 's3:DeleteBucketPolicy', resource: bucket }],
  GetBucketPolicy: [{ action: 's3:GetBucketPolicy', resource: bucket }],
  GetBucketPolicyStatus: [{ action: 's3:GetBucketPolicyStatus', resource: bucket }],
  PutBucketPolicy: [{ action: 's3:PutBucketPolicy', resource: bucket }],
  DeletePublicAccessBlock: [{ action: 's3:PutBucketPublicAccessBlock', resource: bucket }],
  GetPublicAccessBlock: [{ action: 's3:GetBucketPublicAccessBlock', resource: bucket }],
  PutPublicAccessBlock: [{ action: 's3:PutBucketPublicAccessBlock', resource: bucket }],
  DeleteBucketOwnershipControls: [{ action: 's3:PutBucketOwnershipControls', resource: bucket }],
  GetBucketOwnershipControls: [{ action: 's3:GetBucketOwnershipControls', resource: bucket }],
  PutBucketOwnershipControls: [{ action: 's3:PutBucketOwnershipControls', resource: bucket }],
  GetBucketAcl: [{ action: 's3:GetBucketAcl', resource: bucket }],
  PutBucketAcl: [{ action: 's3:PutBucketAcl', resource: bucket }],
  DeleteBucketCors: [{ action: 's3:PutBucketCORS', resource: bucket }],
  GetBucketCors: [{ action: 's3:GetBucketCORS', resource: bucket }],
  PutBucketCors: [{ action: 's3:PutBucketCORS', resource: bucket }],
  DeleteBucketEncryption: [{ action: 's3:PutEncryptionConfiguration', resource: bucket }],
  GetBucketEncryption: [{ action: 's3:GetEncryptionConfiguration', resource: bucket }],
  PutBucketEncryption: [{ action: 's3:PutEncryptionConfiguration', resource: bucket }],
  DeleteBucketLifecycle: [{ action: 's3:PutLifecycleConfiguration', resource: bucket }],
  GetBucketLifecycleConfiguration: [{ action: 's3:GetLifecycleConfiguration', resource: bucket }],
  PutBucketLifecycleConfiguration: [{ action: 's3:PutLifecycleConfiguration', resource: bucket }],
  GetBucketNotificationConfiguration: [{ action: 's3:GetBucketNotification', resource: bucket }],
  PutBucketNotificationConfiguration: [{ action: 's3:PutBucketNotification', resource: bucket }],
  GetBucketAccelerateConfiguration: [{ action: 's3:GetAccelerateConfiguration', resource: bucket }],
  GetBucketAnalyticsConfiguration: [{ action: 's3:GetAnalyticsConfiguration', resource: bucket }],
  GetBucketIntelligentTieringConfiguration: [{ action: 's3:GetIntelligentTieringConfiguration', resource: bucket }],
  GetBucketInventoryConfiguration: [{ action: 's3:GetInventoryConfiguration', resource: bucket }],
  GetBucketLogging: [{ action: 's3:GetBucketLogging', resource: bucket }],
  GetBucketMetricsConfiguration: [{ action: 's3:GetMetricsConfiguration', resource: bucket }],
  GetBucketReplication: [{ action: 's3:GetReplicationConfiguration', resource: bucket }],
  GetBucketRequestPayment: [{ action: 's3:GetBucketRequestPayment', resource: bucket }],
  GetBucketWebsite: [{ action: 's3:GetBucketWebsite', resource: bucket }],
  ListBucketAnalyticsConfigurations: [{ action: 's3:GetAnalyticsConfiguration', resource: bucket }],
  ListBucketIntelligentTieringConfigurations: [{ action: 's3:GetIntelligentTieringConfiguration', resource: bucket }],
  ListBucketInventoryConfigurations: [{ action: 's3:GetInventoryConfiguration', resource: bucket }],
  ListBucketMetricsConfigurations: [{ action: 's3:GetMetricsConfiguration', resource: bucket }],
  PutObject: [written],
  GetObject: [{ action: 's3:GetObject', resource: object }],
  HeadObject: [{ action: 's3:GetObject', resource: object }],
  CopyObject: [source, written],
  DeleteObject: [{ action: 's3:DeleteObject', resource: object }],
  DeleteObjects: [],
  ListObjects: [
    {
      action: 's3:ListBucket',
      resource: bucket,
      context: { 's3:prefix': 'p', 's3:delimiter': '/', 's3:max-keys': '5' },
    },
  ],
  ListObjectsV2: [
    {
      action: 's3:ListBucket',
      resource: bucket,
      context: { 's3:prefix': 'p', 's3:delimiter': '/', 's3:max-keys': '5' },
    },
  ],
  CreateMultipartUpload: [write({ ...written.context, 's3:ObjectCreationOperation': 'false' })],
  UploadPart: [part],
  UploadPartCopy: [source, part],
  CompleteMultipartUpload: [written],
  AbortMultipartUpload: [{ action: 's3:AbortMultipartUpload', resource: object }],
  ListParts: [{ action: 's3:ListMultipartUploadParts', resource: object }],
  ListMultipartUploads: [{ action: 's3:ListBucketMultipartUploads', resource: bucket }],
  GetObjectAcl: [{ action: 's3:GetObjectAcl', resource: object }],
  PutObjectAcl: [{ action: 's3:PutObjectAcl', resource: object }],
  GetObjectAttributes: [
    { action: 's3:GetObject', resource: object },
    { action: 's3:GetObjectAttributes', resource: object },
  ],
  GetObjectTagging: [{ action: 's3:GetObjectTagging', resource: object }],
  PutObjectTagging: [{ action: 's3:PutObjectTagging', resource: object }],
  DeleteObjectTagging: [{ action: 's3:DeleteObjectTagging', resource: object }],
  ListObjectVersions: [
    {
      action: 's3:ListBucketVersions',
      resource: bucket,
      context: { 's3:prefix': 'p', 's3:delimiter': '/', 's3:max-keys': '5' },
    },
  ],
  GetBucketVersioning: [{ action: 's3:GetBucketVersioning', resource: bucket }],
  PutBucketVersioning: [{ action: 's3:PutBucketVersioning', resource: bucket }],
  GetObjectLockConfiguration: [{ action: 's3:GetBucketObjectLockConfiguration', resource: bucket }],
  PutObjectLockConfiguration: [{ action: 's3:PutBucketObjectLockConfiguration', resource: bucket }],
  GetObjectLegalHold: [{ action: 's3:GetObjectLegalHold', resource: object }],
  PutObjectLegalHold: [{ action: 's3:PutObjectLegalHold', resource: object }],
  GetObjectRetention: [{ action: 's3:GetObjectRetention', resource: object }],
  PutObjectRetention: [{ action: 's3:PutObjectRetention', resource: object }],
};

/** Of a version, and of what a write brings along, the right is another or one more. */
const particular: [OperationName<'s3'>, object, string[]][] = [
  ['GetObject', { VersionId: 'v' }, ['s3:GetObjectVersion']],
  ['HeadObject', { VersionId: 'v' }, ['s3:GetObjectVersion']],
  ['DeleteObject', { VersionId: 'v' }, ['s3:DeleteObjectVersion']],
  ['DeleteObject', { BypassGovernanceRetention: true }, ['s3:DeleteObject', 's3:BypassGovernanceRetention']],
  ['PutObject', { Tagging: 'a=b' }, ['s3:PutObject', 's3:PutObjectTagging']],
  ['PutObject', { ObjectLockMode: 'GOVERNANCE' }, ['s3:PutObject', 's3:PutObjectRetention']],
  ['CreateMultipartUpload', { ObjectLockLegalHoldStatus: 'ON' }, ['s3:PutObject', 's3:PutObjectLegalHold']],
  ['PutObject', { ACL: 'public-read' }, ['s3:PutObject', 's3:PutObjectAcl']],
  ['PutObject', { GrantRead: 'id="x"' }, ['s3:PutObject', 's3:PutObjectAcl']],
  ['PutObject', { IfMatch: 'etag' }, ['s3:PutObject', 's3:GetObject']],
  ['DeleteObject', { IfMatch: 'etag' }, ['s3:DeleteObject', 's3:GetObject']],
  ['DeleteObject', { IfMatch: '*' }, ['s3:DeleteObject']],
  ['CopyObject', { CopySource: '/c/k?versionId=v' }, ['s3:GetObjectVersion', 's3:PutObject']],
  ['GetObjectTagging', { VersionId: 'v' }, ['s3:GetObjectVersionTagging']],
];

const input = {
  Bucket: 'b',
  Key: 'dir/k',
  CopySource,
  Prefix: 'p',
  Delimiter: '/',
  MaxKeys: 5,
  Delete: { Objects: [{ Key: 'x' }, { Key: 'y' }, { Key: 'x' }] },
};

const accessOf = (name: OperationName<'s3'>, given: object) =>
  (s3Operations[name as keyof typeof s3Operations].access as (given: object, call: object) => Access[])(given, {
    region: 'us-east-1',
  }).map(told);

/** Without condition keys that are known to be absent. */
function told({ context, ...access }: Access): Access {
  const entries = Object.entries(context ?? {}).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? access : { ...access, context: Object.fromEntries(entries) };
}

describe('operations ask for', () => {
  for (const [name, access] of Object.entries(expected)) {
    it(`what AWS asks for: ${name}`, () => assert.deepEqual(accessOf(name as OperationName<'s3'>, input), access));
    it(`something that can be decided where all is missing: ${name}`, () => {
      const access = accessOf(name as OperationName<'s3'>, {});
      // DeleteObjects asks for each key when its turn comes.
      assert.ok(
        (access.length > 0 || name === 'DeleteObjects') && access.every(({ action, resource }) => action && resource),
      );
    });
  }
  for (const [name, given, actions] of particular) {
    it(`${actions.join(' and ')}: ${name} with ${JSON.stringify(given)}`, () =>
      assert.deepEqual(
        accessOf(name, { ...input, ...given }).map(({ action }) => action),
        actions,
      ));
  }
  it('what a new bucket is set to', () => {
    const given = {
      Bucket: 'b',
      ACL: 'public-read',
      ObjectOwnership: 'ObjectWriter',
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { Tags: [{ Key: 'a', Value: 'b' }] },
    };
    assert.deepEqual(
      accessOf('CreateBucket', given).map(({ action }) => action),
      [
        's3:CreateBucket',
        's3:PutBucketAcl',
        's3:PutBucketOwnershipControls',
        's3:TagResource',
        's3:PutBucketObjectLockConfiguration',
        's3:PutBucketVersioning',
      ],
    );
  });
});
