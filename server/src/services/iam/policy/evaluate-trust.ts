/**
 * A role's trust policy: who may assume it. An account (or its root) in Principal only delegates: the caller's own policies then must
 * allow sts:AssumeRole too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { Principal } from '../../../contract/principal.ts';
import { testConditions } from './condition.ts';
import type { Context } from './context.ts';
import { takesEffect, testAction } from './evaluate.ts';
import type { Policy, Statement } from './policy-document.ts';
import { all, type Tri } from './tri.ts';

export type Candidate = { readonly service: string } | { readonly principal: Principal };

export type TrustVerdict = 'allow' | 'delegate' | 'explicit-deny' | 'implicit-deny';

type Match = 'itself' | 'account' | 'none' | 'unknown';

function matchPrincipal(statement: Statement, candidate: Candidate): Match {
  // NotPrincipal names everybody else: too easily more than was meant.
  if (statement.notPrincipals || !statement.principals) return 'unknown';
  const { AWS: aws = [], Service: services = [] } = statement.principals;
  if ('service' in candidate) return services.includes(candidate.service) ? 'itself' : 'none';
  const { account, arn, roleArn, kind } = candidate.principal;
  if (aws.includes('*') || aws.includes(arn) || (roleArn !== undefined && aws.includes(roleArn))) return 'itself';
  if (aws.includes(account) || aws.includes(`arn:aws:iam::${account}:root`))
    return kind === 'root' ? 'itself' : 'account';
  return 'none';
}

function principalApplies(match: Match): Tri {
  return match === 'unknown' ? 'unknown' : match !== 'none';
}

export function evaluateTrust(policy: Policy, action: string, candidate: Candidate, context: Context): TrustVerdict {
  let verdict: TrustVerdict = 'implicit-deny';
  for (const statement of policy.statements) {
    const match = matchPrincipal(statement, candidate);
    const applies = all([
      principalApplies(match),
      testAction(statement, action, context),
      testConditions(statement.conditions, context),
    ]);
    if (!takesEffect(statement, applies)) continue;
    if (statement.effect === 'Deny') return 'explicit-deny';
    if (match === 'itself') verdict = 'allow';
    else if (verdict === 'implicit-deny') verdict = 'delegate';
  }
  return verdict;
}
