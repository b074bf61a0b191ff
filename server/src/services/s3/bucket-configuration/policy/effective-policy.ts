/**
 * The policy that a bucket applies to calls of an account: its policy and its grants as one document. A public policy of a restricted bucket allows no caller from
 * outside, not even those that it names; what it denies stays denied.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (RestrictPublicBuckets)
 */
import type { Bucket } from '../../buckets/bucket-cache.ts';
import { ownerOf } from '../../owner.ts';
import { statementsOfGrants } from '../acl/effect.ts';
import { isRestricted } from './lets-in.ts';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
}

/** JSON text; undefined without policy and grants. Mostly the policy's own text. */
export function effectivePolicy(bucket: Bucket, account: string): string | undefined {
  const text = bucket.configuration.policy?.Policy;
  const grants = statementsOfGrants(bucket, account);
  const isShut = account !== bucket.account && isRestricted(bucket);
  const isNamedById = text?.includes('CanonicalUser') ?? false;
  if (grants.length === 0 && !isNamedById && !isShut) return text;
  const policy = text === undefined ? { Statement: [] } : (JSON.parse(text) as { Statement: Statement | Statement[] });
  const own = [policy.Statement].flat().filter(({ Effect: effect }) => effect === 'Deny' || !isShut);
  return JSON.stringify({
    Version: '2012-10-17',
    ...policy,
    Statement: [...own.map((statement) => named(statement, account)), ...grants],
  });
}

/** Where the account is named by its canonical id it is named by its number as well, which is what all other policies do. */
function named(statement: Statement, account: string): Statement {
  const also = (principal: unknown) => {
    const { CanonicalUser: ids = [], AWS: others = [] } = principal as Readonly<Record<string, string | string[]>>;
    return [ids].flat().includes(ownerOf(account).ID)
      ? { ...(principal as object), AWS: [others, account].flat() }
      : principal;
  };
  const { Principal: principal, NotPrincipal: notPrincipal } = statement;
  if (principal !== undefined) return { ...statement, Principal: also(principal) };
  return notPrincipal === undefined ? statement : { ...statement, NotPrincipal: also(notPrincipal) };
}
