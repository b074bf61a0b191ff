/**
 * Whether a principal may do what a call needs. The platform itself may do everything, root what no resource's policy forbids, anonymous callers what a
 * resource's policy allows to everyone; all others what the policies say together. Never answers "allowed" for a principal that no longer exists.
 */
import type { Decision } from '../../contract/identity.ts';
import type { Access } from '../../contract/operation.ts';
import type { Principal } from '../../contract/principal.ts';
import { denial, denialDetails } from './denial.ts';
import type { Known, PermissionsFinder } from './permissions.ts';
import { type ContextSource, createContext } from './policy/context.ts';
import { evaluateResourcePolicy } from './policy/evaluate-resource-policy.ts';
import { type Judgement, judge, type ResourceSide } from './policy/judge.ts';
import { rememberPolicies } from './policy/remember.ts';
import { principalContext } from './principal-context.ts';
import { checkReach } from './session-reach.ts';

/** As many resources' policies as are kept parsed. */
const keptResourcePolicies = 1000;

const allowed: Decision = { allowed: true };

/** Of a caller without a signature: only a resource's policy can allow it something. */
const noPermissions: Known = { permissions: { identity: [] }, tags: {} };

/**
 * The account's root can always take its own bucket's policy away:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
 */
const neverForbiddenToRoot = /^s3:(Get|Put|Delete)BucketPolicy$/;

export interface AuthorizerOptions {
  readonly permissions: PermissionsFinder;
  readonly now: () => Date;
  /** For the details of a refusal, which its caller may not read. */
  readonly seal: (details: string) => string;
}

export type Authorize = (
  principal: Principal,
  access: readonly Access[],
  context: () => ContextSource,
) => Decision | Promise<Decision>;

/** S3's ARNs name no account; an action without a resource belongs to the caller's account. */
function accountOf({ resource, resourcePolicy }: Access, principal: Principal): string {
  return resourcePolicy?.account ?? (/^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] || principal.account);
}

/**
 * A resource of another account without a policy is refused. Passed roles are left to the service that receives them: it
 * refuses those of other accounts with its own text.
 */
const isForeign = (principal: Principal, one: Access): boolean =>
  accountOf(one, principal) !== principal.account && one.action !== 'iam:PassRole';

function resourceContext(access: Access, principal: Principal): ContextSource {
  const tags = access.resourceTags;
  return {
    'aws:ResourceAccount': accountOf(access, principal),
    ...(tags && { 'aws:ResourceTag/*': undefined }),
    ...(tags && Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]))),
  };
}

export function createAuthorizer({ permissions, now, seal }: AuthorizerOptions): Authorize {
  const parsed = rememberPolicies('resource', keptResourcePolicies);

  const resourceSide = (principal: Principal, one: Access): ResourceSide | undefined => {
    const { resourcePolicy } = one;
    if (!resourcePolicy)
      return isForeign(principal, one) ? { account: accountOf(one, principal), policy: undefined } : undefined;
    const { account, document } = resourcePolicy;
    return { account, policy: document === undefined ? undefined : parsed(document) };
  };

  function decideOne(
    principal: Principal,
    known: Known | undefined,
    one: Access,
    asked: () => ContextSource,
  ): Decision {
    const context = createContext(
      () => one.context ?? {},
      asked,
      () => resourceContext(one, principal),
      () => principalContext(principal, known?.tags ?? {}, now()),
    );
    const request = { action: one.action, resource: one.resource, context };
    const judgement: Judgement = known
      ? judge({ principal, permissions: known.permissions, resource: resourceSide(principal, one), request })
      : { allowed: false, explicit: false, type: 'identity' };
    if (judgement.allowed) return allowed;
    return {
      allowed: false,
      reason: denial(principal, one, judgement),
      encodedMessage: seal(denialDetails(principal, one, judgement, context)),
    };
  }

  /**
   * The platform may do everything in its own name. A service that acts for a resource of a user (a bucket that notifies a function) may do what the
   * policy of the resource that is acted on allows it: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
   */
  function decideForService(principal: Principal, access: readonly Access[], asked: () => ContextSource): Decision {
    const { source } = principal;
    for (const one of access) {
      if (!source || !one.resourcePolicy?.asksServices) continue;
      const { document } = one.resourcePolicy;
      const context = createContext(
        () => one.context ?? {},
        asked,
        () => resourceContext(one, principal),
        () => ({
          'aws:SourceArn': source.arn,
          'aws:SourceAccount': source.account,
          'aws:PrincipalIsAWSService': 'true',
          'aws:PrincipalServiceName': principal.userId,
          'aws:PrincipalType': 'Service',
        }),
      );
      const policy = document === undefined ? undefined : parsed(document);
      const request = { action: one.action, resource: one.resource, context };
      const grant =
        policy === undefined || policy === 'malformed'
          ? 'implicit-deny'
          : evaluateResourcePolicy(policy, { service: principal.userId }, request);
      if (grant === 'direct' || grant === 'granted') continue;
      const judgement = { allowed: false, explicit: grant === 'explicit-deny', type: 'resource' } as const;
      return {
        allowed: false,
        reason: denial(principal, one, judgement),
        encodedMessage: seal(denialDetails(principal, one, judgement, context)),
      };
    }
    return allowed;
  }

  /** For root, only the policies are evaluated that can restrict it. */
  const concernsRoot = (principal: Principal, one: Access) =>
    one.resourcePolicy === undefined
      ? isForeign(principal, one)
      : !(one.resourcePolicy.account === principal.account && neverForbiddenToRoot.test(one.action));

  return (principal, access, context) => {
    if (principal.kind === 'service') return decideForService(principal, access, context);
    checkReach(principal, access);
    const asked = principal.kind === 'root' ? access.filter((one) => concernsRoot(principal, one)) : access;
    if (asked.length === 0) return allowed;
    const decide = (known: Known | undefined): Decision => {
      for (const one of asked) {
        const decision = decideOne(principal, known, one, context);
        if (!decision.allowed) return decision;
      }
      return allowed;
    };
    const known = principal.kind === 'anonymous' ? noPermissions : permissions.find(principal);
    return known instanceof Promise ? known.then(decide) : decide(known);
  };
}
