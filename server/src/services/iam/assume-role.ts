/**
 * Who becomes a role: a service that was handed it, or a caller of sts:AssumeRole. The role's trust policy decides in both cases.
 * Knows nothing of credentials.
 */
import { AwsError } from '../../contract/aws-error.ts';
import type { AssumeRoleRequest } from '../../contract/identity.ts';
import type { Principal } from '../../contract/principal.ts';
import { findSubject, isSubjectOf, principalContext } from './authorize.ts';
import { type Context, createContext } from './policy/context.ts';
import { evaluate } from './policy/evaluate.ts';
import { evaluateTrust } from './policy/evaluate-trust.ts';
import type { Subject, SubjectCache } from './subject-cache.ts';

export function sessionPrincipal(role: Subject, sessionName: string): Principal {
  return {
    kind: 'assumed-role',
    account: role.account,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
  };
}

export async function assumeForService(
  cache: SubjectCache,
  now: Date,
  roleArn: string,
  servicePrincipal: string,
  sessionName: string,
): Promise<Principal> {
  const role = await cache.findRole(roleArn);
  const context = createContext({ 'aws:CurrentTime': now.toISOString() });
  const verdict = role?.trust && evaluateTrust(role.trust, 'sts:AssumeRole', { service: servicePrincipal }, context);
  if (!role || verdict !== 'allow') {
    throw new AwsError(
      'AccessDenied',
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${servicePrincipal}' to assume the role.`,
      { status: 403 },
    );
  }
  return sessionPrincipal(role, sessionName);
}

/** A caller's own policies on assuming this role. */
async function ownVerdict(cache: SubjectCache, caller: Principal, roleArn: string, context: Context) {
  if (caller.kind === 'root' || caller.kind === 'service') return 'allow';
  const subject = await findSubject(cache, caller);
  if (!isSubjectOf(subject, caller)) return 'explicit-deny';
  return evaluate(subject.policies, { action: 'sts:AssumeRole', resource: roleArn, context });
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function assumeRole(
  cache: SubjectCache,
  now: Date,
  caller: Principal,
  request: AssumeRoleRequest,
): Promise<Principal> {
  const { roleArn, sessionName, lifetimeMs } = request;
  const context = createContext(request.context, principalContext(caller, now), { 'sts:RoleSessionName': sessionName });
  const role = await cache.findRole(roleArn);
  const own = await ownVerdict(cache, caller, roleArn, context);
  const trust =
    role?.trust && own !== 'explicit-deny'
      ? evaluateTrust(role.trust, 'sts:AssumeRole', { principal: caller }, context)
      : 'implicit-deny';
  // Named itself, a caller of the same account needs no policy of its own; through its account, or from another one, it does.
  const named = trust === 'allow' && role?.account === caller.account;
  const delegated = (trust === 'allow' || trust === 'delegate') && own === 'allow';
  if (!role || !(named || delegated)) {
    throw new AwsError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      { status: 403 },
    );
  }
  if (lifetimeMs > role.maxSessionMs) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (caller.kind === 'assumed-role' && lifetimeMs > 3_600_000) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return sessionPrincipal(role, sessionName);
}
