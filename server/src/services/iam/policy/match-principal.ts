/**
 * Which principals a statement of a resource's policy names. Names are compared as a whole: only a lone `*` is every principal.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { partitionIn } from '../../../contract/arn.ts';
import type { Principal } from '../../../contract/principal.ts';
import type { Statement } from './policy-document.ts';

export type Candidate = { readonly service: string } | { readonly principal: Principal };

/**
 * direct: the user, the session or the service itself. entity: the role or the user behind a session, or every principal. account: the
 * principal's account, which leaves it to that account's policies.
 */
export type Match = 'direct' | 'entity' | 'account' | 'none';

/** A principal's names from the most to the least particular: ARNs, and the unique ids of users and roles, by which trust policies keep them. */
function namesOf(principal: Principal): Record<Exclude<Match, 'none'>, string[]> {
  const { kind, account, arn, roleArn, session, userId } = principal;
  // No name matches an anonymous caller; `*` does.
  if (kind === 'anonymous') return { direct: [], entity: [], account: [] };
  const owner = [account, `arn:${partitionIn(arn)}:iam::${account}:root`];
  if (kind === 'root') return { direct: owner, entity: [], account: [] };
  if (kind === 'user') return { direct: [arn, userId], entity: [], account: owner };
  const [behind, id] = roleArn ? [roleArn, userId.split(':')[0]] : [session?.issuer?.arn, session?.issuer?.id];
  const isNobody = behind === undefined || id === undefined || owner.includes(behind);
  return { direct: [arn], entity: isNobody ? [] : [behind, id], account: owner };
}

/**
 * NotPrincipal spares a principal only where every level of it is named: its account, its role or user, its session.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function isSpared(aws: readonly string[], principal: Principal): boolean {
  if (aws.includes('*')) return true;
  if (principal.kind === 'anonymous') return false;
  return Object.values(namesOf(principal)).every(
    (level) => level.length === 0 || level.some((name) => aws.includes(name)),
  );
}

export function matchPrincipal(statement: Statement, candidate: Candidate): Match {
  const { AWS: aws = [], Service: services = [] } = statement.principals ?? {};
  if (statement.notPrincipals) {
    // "Using it with Effect: Allow is not supported": it would allow every other principal.
    if (statement.effect === 'Allow') return 'none';
    const spared = 'service' in candidate ? services.includes(candidate.service) : isSpared(aws, candidate.principal);
    return spared ? 'none' : 'entity';
  }
  if ('service' in candidate) return services.includes(candidate.service) ? 'direct' : 'none';
  const names = namesOf(candidate.principal);
  const isNamed = (level: readonly string[]) => level.some((name) => aws.includes(name));
  if (isNamed(names.direct)) return 'direct';
  if (aws.includes('*') || isNamed(names.entity)) return 'entity';
  return isNamed(names.account) ? 'account' : 'none';
}
