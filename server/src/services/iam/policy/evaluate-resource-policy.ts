/**
 * What a resource's own policy says of a principal: a bucket's policy, a role's trust policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
 */
import { type PolicyRequest, takesEffect, testStatement } from './evaluate.ts';
import { type Candidate, type Match, matchPrincipal } from './match-principal.ts';
import type { Policy } from './policy-document.ts';

/** `delegated`: allowed to the principal's account, whose own policies then decide. */
export type Grant = 'direct' | 'granted' | 'delegated' | 'explicit-deny' | 'implicit-deny';

const grants: Readonly<Record<Match, Grant>> = {
  direct: 'direct',
  entity: 'granted',
  account: 'delegated',
  none: 'implicit-deny',
};
const strength: readonly Grant[] = ['implicit-deny', 'delegated', 'granted', 'direct'];

export function evaluateResourcePolicy(policy: Policy, candidate: Candidate, request: PolicyRequest): Grant {
  let best: Grant = 'implicit-deny';
  for (const statement of policy.statements) {
    const match = matchPrincipal(statement, candidate);
    if (match === 'none' || !takesEffect(statement, testStatement(statement, request))) continue;
    if (statement.effect === 'Deny') return 'explicit-deny';
    if (strength.indexOf(grants[match]) > strength.indexOf(best)) best = grants[match];
  }
  return best;
}
