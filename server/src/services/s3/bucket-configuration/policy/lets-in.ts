/**
 * Whether a bucket's policy or its grants may allow a caller of another account. Necessary, not sufficient: what they allow of the call itself was
 * decided before, where all policies are evaluated.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (RestrictPublicBuckets)
 */
import type { Bucket } from '../../buckets/bucket-cache.ts';
import { ownerOf } from '../../owner.ts';
import { ownershipOf } from '../ownership-controls/ownership.ts';
import { type PolicyStatement, statementsOf } from './bucket-policy.ts';
import { isPublicPolicy } from './public-policy.ts';

export function mayLetIn(bucket: Bucket, account: string): boolean {
  // An object's own grants are judged with the call.
  if (ownershipOf(bucket) !== 'BucketOwnerEnforced') return true;
  const { policy } = bucket.configuration;
  if (policy === undefined || isRestricted(bucket)) return false;
  return statementsOf(policy.Policy).some((statement) => statement.effect === 'Allow' && names(statement, account));
}

/** A public policy of such a bucket allows no caller of another account, not even those that it names. */
export function isRestricted({ configuration: { policy, publicAccessBlock } }: Bucket): boolean {
  if (policy === undefined || !publicAccessBlock?.RestrictPublicBuckets) return false;
  return isPublicPolicy(statementsOf(policy.Policy));
}

function names({ principals }: PolicyStatement, account: string): boolean {
  if (principals === undefined) return true;
  const isOfAccount = (name: string) => name === '*' || name === account || name.split(':')[4] === account;
  const { AWS: identities = [], CanonicalUser: owners = [] } = principals;
  return identities.some(isOfAccount) || owners.includes(ownerOf(account).ID);
}
