/**
 * The decision over all of a request's policies. An explicit deny in any of them is the end. Then the account's own policies and the
 * resource's policy together must allow, and what limits them (permissions boundary, session policies) must allow too; only what a
 * resource's policy grants to exactly this user or session is not limited.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
import type { Principal } from '../../../contract/principal.ts';
import { evaluate, type PolicyRequest, type Verdict } from './evaluate.ts';
import { evaluateResourcePolicy, type Grant } from './evaluate-resource-policy.ts';
import type { Policy } from './policy-document.ts';

/** The policies of the caller. */
export interface Permissions {
  /** Undefined for an account's root, which no identity-based policy limits. */
  readonly identity: readonly Policy[] | undefined;
  readonly boundary?: Policy | undefined;
  /** Undefined for sessions without; an empty list allows nothing. */
  readonly session?: readonly Policy[] | undefined;
}

/** The policies of what is acted on. */
export interface ResourceSide {
  readonly account: string;
  /** Undefined where there is none; `malformed` denies, because what it forbids is not known. */
  readonly policy: Policy | 'malformed' | undefined;
  /** Roles: a caller needs the trust policy's permission, whatever its own policies allow. */
  readonly mustTrust?: boolean;
}

export type PolicyType = 'identity' | 'resource' | 'boundary' | 'session';

export type Judgement =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly explicit: boolean; readonly type: PolicyType };

export interface Case {
  readonly principal: Principal;
  readonly permissions: Permissions;
  readonly resource?: ResourceSide | undefined;
  readonly request: PolicyRequest;
}

export interface Verdicts {
  readonly identity: Verdict;
  readonly boundary: Verdict;
  readonly session: Verdict;
  readonly resource: Grant | undefined;
}

const allowed: Judgement = { allowed: true };
const missing = (type: PolicyType): Judgement => ({ allowed: false, explicit: false, type });

function grantOf(resource: ResourceSide, principal: Principal, request: PolicyRequest): Grant {
  if (resource.policy === 'malformed') return 'explicit-deny';
  return resource.policy ? evaluateResourcePolicy(resource.policy, { principal }, request) : 'implicit-deny';
}

/** The result of each type of policy by itself. */
export function verdictsOf({ principal, permissions, resource, request }: Case): Verdicts {
  const { identity, boundary, session } = permissions;
  return {
    identity: identity ? evaluate(identity, request) : 'allow',
    boundary: boundary ? evaluate([boundary], request) : 'allow',
    session: session ? evaluate(session, request) : 'allow',
    resource: resource && grantOf(resource, principal, request),
  };
}

function deniedBy(verdicts: Verdicts): PolicyType | undefined {
  const types = ['identity', 'resource', 'boundary', 'session'] as const;
  return types.find((type) => verdicts[type] === 'explicit-deny');
}

/** Which of the two sides has not allowed, before anything limits them. */
function notGranted(verdicts: Verdicts, resource: ResourceSide | undefined, isForeign: boolean) {
  const grant = verdicts.resource;
  const own = verdicts.identity === 'allow';
  if (isForeign) {
    if (!own) return 'identity';
    return grant === 'implicit-deny' ? 'resource' : undefined;
  }
  if (grant === 'granted') return undefined;
  if (resource?.mustTrust && grant !== 'delegated') return 'resource';
  return own ? undefined : 'identity';
}

export function judge(what: Case): Judgement {
  const verdicts = verdictsOf(what);
  const denied = deniedBy(verdicts);
  if (denied) return { allowed: false, explicit: true, type: denied };
  // An anonymous caller has no policies of its own: the resource's decides.
  if (what.principal.kind === 'anonymous') return verdicts.resource === 'granted' ? allowed : missing('resource');
  const isForeign = what.resource !== undefined && what.resource.account !== what.principal.account;
  if (verdicts.resource === 'direct' && !isForeign) return allowed;
  const side = notGranted(verdicts, what.resource, isForeign);
  if (side) return missing(side);
  if (verdicts.boundary !== 'allow') return missing('boundary');
  return verdicts.session === 'allow' ? allowed : missing('session');
}
