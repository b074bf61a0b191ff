/**
 * What a bucket's grants let others do, as statements that are judged with its policy. None where ownership does away with grants, none to the
 * public where public grants are to be ignored; the owner's own are left out: an account's users have what their policies give them.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions
 */
import type { Grantee, Permission } from '@aws-sdk/client-s3';
import { bucketArn } from '../../access.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';
import { ownerOf } from '../../owner.ts';
import { ownershipOf } from '../ownership-controls/ownership.ts';
import { authenticatedUsers, isPublicGroup } from './grants.ts';

interface GrantStatement {
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

const read = ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'];
const actions: Readonly<Record<Permission, readonly string[]>> = {
  READ: read,
  WRITE: ['s3:PutObject'],
  READ_ACP: ['s3:GetBucketAcl'],
  WRITE_ACP: ['s3:PutBucketAcl'],
  FULL_CONTROL: [...read, 's3:PutObject', 's3:GetBucketAcl', 's3:PutBucketAcl'],
};

/** Those that concern callers of this account: an owner's id can only be resolved for a known account. */
export function statementsOfGrants(bucket: Bucket, account: string): GrantStatement[] {
  const { acl } = bucket.configuration;
  if (acl === undefined || ownershipOf(bucket) === 'BucketOwnerEnforced') return [];
  const arn = bucketArn(bucket, bucket.name);
  return (acl.Grants ?? []).flatMap(({ Grantee: grantee, Permission: permission }) => {
    const principal = grantee && principalOf(grantee, bucket, account);
    if (principal === undefined || permission === undefined) return [];
    return { Effect: 'Allow', Principal: principal, Action: actions[permission], Resource: [arn, `${arn}/*`] };
  });
}

/** Undefined where the grant is not to callers of this account, or not in force. */
export function principalOf(
  grantee: Grantee,
  bucket: Bucket,
  account: string,
): GrantStatement['Principal'] | undefined {
  if (account === 'anonymous' && grantee.URI === authenticatedUsers) return undefined;
  if (isPublicGroup(grantee)) return bucket.configuration.publicAccessBlock?.IgnorePublicAcls ? undefined : '*';
  return account !== bucket.account && grantee.ID === ownerOf(account).ID ? { AWS: account } : undefined;
}
