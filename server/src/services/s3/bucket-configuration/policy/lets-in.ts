/**
 * Whether a bucket's policy may let somebody of another account in. Necessary, and not enough: what the policy allows of the call itself was
 * decided before, where all policies are evaluated.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (RestrictPublicBuckets)
 */
import type { Bucket } from '../../buckets/bucket-cache.ts';
import { ownerOf } from '../../owner.ts';
import { type PolicyStatement, statementsOf } from './bucket-policy.ts';
import { isPublicPolicy } from './public-policy.ts';

export function mayLetIn({ configuration }: Bucket, account: string): boolean {
  if (configuration.policy === undefined) return false;
  const statements = statementsOf(configuration.policy.Policy);
  // A public policy of a restricted bucket lets nobody in from outside, not even those that it names.
  if (configuration.publicAccessBlock?.RestrictPublicBuckets && isPublicPolicy(statements)) return false;
  return statements.some((statement) => statement.effect === 'Allow' && names(statement, account));
}

function names({ principals }: PolicyStatement, account: string): boolean {
  if (principals === undefined) return true;
  const isOfAccount = (name: string) => name === '*' || name === account || name.split(':')[4] === account;
  const { AWS: identities = [], CanonicalUser: owners = [] } = principals;
  return identities.some(isOfAccount) || owners.includes(ownerOf(account).ID);
}
