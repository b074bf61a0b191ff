/**
 * How CloudTrail classes each registered operation. A new operation is added here: management or data event, read or write, and whether its answer
 * contains credentials. AWS's lists of data events:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readConfig } from '../../server/src/config.ts';
import { type AuditClass, auditClassOf } from '../../server/src/contract/audit-class.ts';
import { startServer } from '../../server/src/main.ts';

const classes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  iam: {
    'management, reads': `
      GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountSummary GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy
      GetCredentialReport GetGroup GetGroupPolicy GetInstanceProfile GetPolicy GetPolicyVersion GetRole GetRolePolicy GetUser GetUserPolicy
      ListAccessKeys ListAccountAliases ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies ListEntitiesForPolicy
      ListGroupPolicies ListGroups ListGroupsForUser ListInstanceProfileTags ListInstanceProfiles ListInstanceProfilesForRole ListPolicies
      ListPolicyTags ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListUserPolicies ListUserTags ListUsers SimulateCustomPolicy
      SimulatePrincipalPolicy
    `,
    'management, writes': `
      AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy CreateAccessKey CreateAccountAlias
      CreateGroup CreateInstanceProfile CreatePolicy CreatePolicyVersion CreateRole CreateUser DeleteAccessKey DeleteAccountAlias
      DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary
      DeleteRolePolicy DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy
      GenerateCredentialReport PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary PutUserPolicy
      RemoveRoleFromInstanceProfile RemoveUserFromGroup SetDefaultPolicyVersion TagInstanceProfile TagPolicy TagRole TagUser
      UntagInstanceProfile UntagPolicy UntagRole UntagUser UpdateAccessKey UpdateAssumeRolePolicy UpdateGroup UpdateRole
      UpdateRoleDescription UpdateUser
    `,
  },
  lambda: {
    'management, reads': `
      GetAlias GetFunction GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig GetLayerVersion GetPolicy ListAliases
      ListFunctionEventInvokeConfigs ListFunctions ListLayerVersions ListLayers ListTags ListVersionsByFunction
    `,
    'management, writes': `
      AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig
      DeleteLayerVersion PublishLayerVersion PublishVersion PutFunctionConcurrency PutFunctionEventInvokeConfig RemovePermission TagResource
      UntagResource UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
    `,
    'data, writes': 'Invoke',
  },
  sts: {
    'management, reads': 'DecodeAuthorizationMessage GetAccessKeyInfo GetCallerIdentity',
    'management, reads, returns credentials': 'AssumeRole GetFederationToken GetSessionToken',
  },
  s3: {
    'management, reads': `
      GetBucketAccelerateConfiguration GetBucketAcl GetBucketAnalyticsConfiguration GetBucketCors GetBucketEncryption
      GetBucketIntelligentTieringConfiguration GetBucketInventoryConfiguration GetBucketLifecycleConfiguration GetBucketLocation
      GetBucketLogging GetBucketMetricsConfiguration GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy
      GetBucketPolicyStatus GetBucketReplication GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite
      GetObjectLockConfiguration GetPublicAccessBlock ListBucketAnalyticsConfigurations ListBucketIntelligentTieringConfigurations
      ListBucketInventoryConfigurations ListBucketMetricsConfigurations ListBuckets
    `,
    'management, writes': `
      CreateBucket DeleteBucket DeleteBucketCors DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls
      DeleteBucketPolicy DeleteBucketTagging DeletePublicAccessBlock PutBucketAcl PutBucketCors PutBucketEncryption
      PutBucketLifecycleConfiguration PutBucketNotificationConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketTagging
      PutBucketVersioning PutObjectLockConfiguration PutPublicAccessBlock
    `,
    'data, reads': `
      GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging HeadBucket HeadObject
      ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 ListParts
    `,
    'data, writes': `
      AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjectTagging DeleteObjects PutObject
      PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging UploadPart UploadPartCopy
    `,
  },
  cloudtrail: {
    'management, reads': 'LookupEvents',
  },
  cloudwatch: {
    'data, reads': 'GetMetricData GetMetricStatistics ListMetrics',
    'data, writes': 'PutMetricData',
  },
  'cloudwatch-logs': {
    'management, reads': 'DescribeLogGroups DescribeLogStreams',
    'management, writes': 'CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream PutRetentionPolicy',
    'data, reads': 'FilterLogEvents GetLogEvents',
    'data, writes': 'PutLogEvents',
  },
  dynamodb: {
    'management, reads': `
      DescribeContinuousBackups DescribeEndpoints DescribeLimits DescribeTable DescribeTimeToLive ListTables ListTagsOfResource
    `,
    'management, writes': 'CreateTable DeleteTable TagResource UntagResource UpdateTable UpdateTimeToLive',
    'data, reads': 'BatchGetItem GetItem Query Scan TransactGetItems',
    'data, writes': 'BatchWriteItem DeleteItem PutItem TransactWriteItems UpdateItem',
  },
  sagemaker: {
    'management, reads': `
      DescribeEndpoint DescribeEndpointConfig DescribeModel DescribeModelPackage DescribeModelPackageGroup DescribeProcessingJob
      DescribeTrainingJob GetSearchSuggestions ListEndpointConfigs ListEndpoints ListModelPackageGroups ListModelPackages ListModels
      ListProcessingJobs ListTags ListTrainingJobs Search
    `,
    'management, writes': `
      AddTags CreateEndpoint CreateEndpointConfig CreateModel CreateModelPackage CreateModelPackageGroup CreateProcessingJob
      CreateTrainingJob DeleteEndpoint DeleteEndpointConfig DeleteModel DeleteModelPackage DeleteModelPackageGroup DeleteProcessingJob
      DeleteTags DeleteTrainingJob StopProcessingJob StopTrainingJob UpdateEndpoint UpdateModelPackage UpdateTrainingJob
    `,
  },
  'sagemaker-runtime': {
    'data, reads': 'InvokeEndpoint',
  },
};

const nameOf = ({ data, readOnly, durableBeforeAnswer }: AuditClass) =>
  `${data ? 'data' : 'management'}, ${readOnly ? 'reads' : 'writes'}${
    readOnly && durableBeforeAnswer ? ', returns credentials' : ''
  }`;

describe('Each registered operation has the audit class that this file lists', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clary-audit-'));
    server = await startServer(readConfig(['--data', folder, '--port', '0', '--log-level', 'silent'], {}));
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('and this file lists no other', () => {
    const registered: Record<string, Record<string, string>> = {};
    for (const { name, operations } of server.services) {
      const groups = Map.groupBy([...operations].sort(), ([, { audit }]) => nameOf(audit));
      registered[name] = Object.fromEntries(
        [...groups].map(([group, members]) => [group, members.map(([operation]) => operation).join(' ')]),
      );
    }
    const listed = Object.entries(classes).map(([service, groups]) => [
      service,
      Object.fromEntries(Object.entries(groups).map(([group, names]) => [group, names.trim().split(/\s+/).join(' ')])),
    ]);
    assert.deepEqual(registered, Object.fromEntries(listed));
  });
});

describe('An audit class', () => {
  const byName: [string, ...Parameters<typeof auditClassOf>, string][] = [
    ['a name that reads', 'DescribeTrainingJob', undefined, 'management, reads'],
    ['a name that reads many', 'BatchGetRecord', undefined, 'management, reads'],
    ['a name that writes', 'UpdateEndpoint', undefined, 'management, writes'],
    ['a declared data event', 'PutItem', { data: true }, 'data, writes'],
    ['a declaration against the name', 'GetAndDelete', { readOnly: false }, 'management, writes'],
    [
      'credentials in the answer',
      'GetSessionToken',
      { returnsCredentials: true },
      'management, reads, returns credentials',
    ],
  ];
  for (const [what, operation, declared, expected] of byName) {
    it(`follows ${what}`, () => assert.equal(nameOf(auditClassOf(operation, declared)), expected));
  }

  it('is refused for a name that begins with no known verb and declares nothing', () => {
    for (const name of ['InvokeEndpoint', 'AssumeRole', 'TransactWriteItems', 'Settle', 'BatchExecuteStatement'])
      assert.throws(() => auditClassOf(name), { name: 'TypeError', message: /declare audit: \{ readOnly/ }, name);
  });
});
