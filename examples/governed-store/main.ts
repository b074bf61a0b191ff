/**
 * A store for models that loses nothing and that only permitted callers can use: versions, locks, encryption, a role for those who train, and one session
 * of it that may read a single prefix. Run it against a platform that runs: `npx clary demo governed-store`, or
 * `eval "$(npx clary env)"; npx clary-node examples/governed-store/main.ts`.
 */
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { iam, s3, sts } from '../workflow/clients.ts';
import { stage } from '../workflow/stage.ts';

const { Account: account, Arn: me } = await sts.send(new GetCallerIdentityCommand({}));
const name = `governed-${Date.now()}`;
const Bucket = `${name}-${account}`;
const RoleName = `${name}-trainer`;
const Key = 'models/exam-score/model.tar.gz';
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const textOf = async (VersionId?: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();

await stage('Make the store', async () => {
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const sealed = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }] };
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: sealed }));
  const rule = {
    ID: 'tidy',
    Status: 'Enabled' as const,
    Filter: { Prefix: 'scratch/' },
    Expiration: { Days: 7 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }));
  return { did: 'versions, locks, encryption at rest, a week for scratch/', resources: [`s3://${Bucket}`] };
});

await stage('Keep versions', async () => {
  const put = (Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body, Tagging: 'stage=candidate' }));
  const { VersionId: first } = await put('the first model');
  await put('the second model');
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const { Versions: versions = [], DeleteMarkers: markers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: Key }),
  );
  return {
    did: `${versions.length} versions under ${markers.length} delete marker; the first still says "${await textOf(first)}"`,
  };
});

await stage('Lock a release', async () => {
  const release = { Bucket, Key, Body: 'the release', ChecksumAlgorithm: 'SHA256' as const };
  const { VersionId } = await s3.send(new PutObjectCommand({ ...release, ObjectLockLegalHoldStatus: 'ON' }));
  const refused = await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId })).catch((error: Error) => error);
  if (!(refused instanceof Error)) throw new Error('a locked version was deleted');
  return { did: `deleting it is refused: ${refused.message}` };
});

await stage('Let in one session, for one prefix', async () => {
  const trust = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
  });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const all = policy({
    Effect: 'Allow',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'store', PolicyDocument: all }));
  const narrowed = policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/models/*` });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'reader', Policy: narrowed }),
  );
  const reader = new S3Client({
    forcePathStyle: true,
    credentials: {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    },
  });
  const { Body } = await reader.send(new GetObjectCommand({ Bucket, Key }));
  const refused = await reader.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })).catch((error: Error) => error);
  if (!(refused instanceof Error)) throw new Error('a reader wrote');
  return {
    did: `made by ${me}`,
    shows: [`reads "${await Body?.transformToString()}"`, `may not write: ${refused.message}`],
  };
});
