/**
 * The decision: an explicit deny beats an allow, and without an allow nothing is allowed. What a statement says that is not understood
 * fails safe: an Allow does not match, a Deny does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { matchesAction } from './action-matcher.ts';
import { testConditions } from './condition.ts';
import type { Context } from './context.ts';
import { matchesArn } from './pattern.ts';
import type { Policy, Statement } from './policy-document.ts';
import { all, any, not, type Tri } from './tri.ts';

export interface PolicyRequest {
  readonly action: string;
  /** An ARN, or `*` where the action has no resource. */
  readonly resource: string;
  readonly context: Context;
}

export type Verdict = 'allow' | 'explicit-deny' | 'implicit-deny';

function testResource({ resources }: Statement, resource: string, context: Context): Tri {
  if (!resources) return true;
  const met = any(resources.patterns.map((pattern) => matchesArn(pattern, resource, context)));
  return resources.negated ? not(met) : met;
}

/** Whether the statement speaks of this request. Says nothing about its principals. */
export function testStatement(statement: Statement, { action, resource, context }: PolicyRequest): Tri {
  const named = matchesAction(statement.actions, action, context);
  if (named === false) return false;
  return all([named, testResource(statement, resource, context), testConditions(statement.conditions, context)]);
}

/** Whether a statement that applies this far takes effect. */
export const takesEffect = (statement: Statement, applies: Tri): boolean =>
  statement.effect === 'Deny' ? applies !== false : applies === true;

export function evaluate(policies: readonly Policy[], request: PolicyRequest): Verdict {
  let verdict: Verdict = 'implicit-deny';
  for (const { statements } of policies) {
    for (const statement of statements) {
      // Only a Deny can still change it.
      if (verdict === 'allow' && statement.effect === 'Allow') continue;
      if (!takesEffect(statement, testStatement(statement, request))) continue;
      if (statement.effect === 'Deny') return 'explicit-deny';
      verdict = 'allow';
    }
  }
  return verdict;
}
