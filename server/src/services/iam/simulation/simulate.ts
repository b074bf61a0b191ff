/**
 * What the policies of a simulation come to, for each action and resource.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
import type {
  EvaluationResult,
  PolicyEvaluationDecisionType,
  PolicySourceType,
  ResourceSpecificResult,
  Statement as SimulatedStatement,
} from '@aws-sdk/client-iam';
import type { Principal } from '../../../contract/principal.ts';
import { type ContextSource, createClosedContext } from '../policy/context.ts';
import { contextKeysOf } from '../policy/context-keys.ts';
import { type PolicyRequest, takesEffect, testStatement, type Verdict } from '../policy/evaluate.ts';
import { type Case, type Judgement, judge, type Permissions, type Verdicts, verdictsOf } from '../policy/judge.ts';
import { matchPrincipal } from '../policy/match-principal.ts';
import type { Policy, Statement } from '../policy/policy-document.ts';
import { statementSpans } from './statement-positions.ts';

export interface Simulation {
  readonly caller: Principal;
  readonly permissions: Permissions & { readonly identity: readonly Policy[] };
  readonly resource?: { readonly account: string; readonly policy: Policy } | undefined;
  readonly context: ContextSource;
  /** Empty for all resources. */
  readonly resources: readonly string[];
}

type Decision = PolicyEvaluationDecisionType;

const decisions: Readonly<Record<Verdict, Decision>> = {
  allow: 'allowed',
  'explicit-deny': 'explicitDeny',
  'implicit-deny': 'implicitDeny',
};

const toDecision = (judgement: Judgement): Decision =>
  judgement.allowed ? 'allowed' : judgement.explicit ? 'explicitDeny' : 'implicitDeny';

/** As observed; the model knows other words, which IAM does not use. */
const identityPolicy = 'IAM Policy' as PolicySourceType;
const resourcePolicy = 'Resource Policy' as PolicySourceType;

/** Found once for each policy, however many actions and resources are simulated. */
const spansOf = new WeakMap<Policy, ReturnType<typeof statementSpans>>();

function findSpans(policy: Policy) {
  const found = spansOf.get(policy) ?? statementSpans(policy.text);
  spansOf.set(policy, found);
  return found;
}

function matched(
  policies: readonly Policy[],
  type: PolicySourceType,
  isMatch: (statement: Statement) => boolean,
): SimulatedStatement[] {
  return policies.flatMap((policy) => {
    const at = policy.statements.flatMap((statement, index) => (isMatch(statement) ? [index] : []));
    if (at.length === 0) return [];
    const spans = findSpans(policy);
    return at.map((index) => ({ SourcePolicyId: policy.name, SourcePolicyType: type, ...spans[index] }));
  });
}

/** The statements that made the decision; an implicit deny is made by none. */
function matchedStatements(simulation: Simulation, request: PolicyRequest, decision: Decision): SimulatedStatement[] {
  if (decision === 'implicitDeny') return [];
  const effect = decision === 'allowed' ? 'Allow' : 'Deny';
  const counts = (statement: Statement) =>
    statement.effect === effect && takesEffect(statement, testStatement(statement, request));
  const { caller: principal, resource } = simulation;
  const ofResource = (statement: Statement) => matchPrincipal(statement, { principal }) !== 'none' && counts(statement);
  return [
    ...matched(simulation.permissions.identity, identityPolicy, counts),
    ...matched(resource ? [resource.policy] : [], resourcePolicy, ofResource),
  ];
}

/** Only for two accounts: the decision of each by itself. */
function detailsOf({ resource, caller }: Simulation, verdicts: Verdicts): Record<string, Decision> | undefined {
  if (!resource || resource.account === caller.account) return undefined;
  const { resource: grant = 'implicit-deny' } = verdicts;
  return {
    'IAM Policy': decisions[verdicts.identity],
    'Resource Policy': decisions[grant === 'explicit-deny' || grant === 'implicit-deny' ? grant : 'allow'],
  };
}

function evaluateOne(simulation: Simulation, request: PolicyRequest, missing: string[]) {
  const { caller: principal, permissions } = simulation;
  const one: Case = { principal, permissions, resource: simulation.resource, request };
  const verdicts = verdictsOf(one);
  const decision = toDecision(judge(one));
  return {
    EvalResourceName: request.resource,
    EvalResourceDecision: decision,
    MatchedStatements: matchedStatements(simulation, request, decision),
    MissingContextValues: missing,
    EvalDecisionDetails: detailsOf(simulation, verdicts),
    PermissionsBoundaryDecisionDetail: permissions.boundary && {
      AllowedByPermissionsBoundary: verdicts.boundary === 'allow',
    },
  } satisfies ResourceSpecificResult;
}

export function missingContextValues({ permissions, resource, context }: Simulation): string[] {
  const { identity, boundary } = permissions;
  const policies = [...identity, ...(boundary ? [boundary] : []), ...(resource ? [resource.policy] : [])];
  const known = createClosedContext(context);
  return contextKeysOf(policies).filter((key) => known.get(key) === 'absent');
}

const severity: readonly Decision[] = ['allowed', 'implicitDeny', 'explicitDeny'];
const worst = (all: readonly Decision[]): Decision =>
  all.reduce((one, other) => (severity.indexOf(other) > severity.indexOf(one) ? other : one), 'allowed');

export function simulate(simulation: Simulation, action: string): EvaluationResult {
  const missing = missingContextValues(simulation);
  const { resources } = simulation;
  const context = createClosedContext(simulation.context);
  const all = (resources.length > 0 ? resources : ['*']).map((resource) =>
    evaluateOne(simulation, { action, resource, context }, missing),
  );
  const decision = worst(all.map((one) => one.EvalResourceDecision));
  const deciding = all.filter((one) => one.EvalResourceDecision === decision);
  const statements = new Map(
    deciding.flatMap((one) =>
      one.MatchedStatements.map((statement) => [JSON.stringify(statement), statement] as const),
    ),
  );
  return {
    EvalActionName: action,
    EvalResourceName: all.length === 1 ? all[0]?.EvalResourceName : '*',
    EvalDecision: decision,
    MatchedStatements: [...statements.values()],
    MissingContextValues: missing,
    EvalDecisionDetails: deciding[0]?.EvalDecisionDetails,
    PermissionsBoundaryDecisionDetail: simulation.permissions.boundary && {
      AllowedByPermissionsBoundary: all.every(
        (one) => one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ),
    },
    ResourceSpecificResults: resources.length > 0 && resources[0] !== '*' ? all : undefined,
  };
}
