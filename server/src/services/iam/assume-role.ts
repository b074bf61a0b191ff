/**
 * Who assumes a role: a service to which it was passed, or a caller of sts:AssumeRole. The role's trust policy decides in both cases.
 * Knows nothing of credentials.
 */
import { partitionIn } from '../../contract/arn.ts';
import { AwsError } from '../../contract/aws-error.ts';
import type { AssumeRoleRequest, ServiceRoleRequest } from '../../contract/identity.ts';
import type { Principal, Session } from '../../contract/principal.ts';
import { denial, notAuthorized } from './denial.ts';
import type { PermissionsFinder } from './permissions.ts';
import { type Context, createContext } from './policy/context.ts';
import { evaluateResourcePolicy } from './policy/evaluate-resource-policy.ts';
import { type Judgement, judge } from './policy/judge.ts';
import { principalContext } from './principal-context.ts';
import { checkManagedPolicies, planSession, type SessionPlan, sessionContext } from './session-request.ts';
import type { Subject, SubjectCache } from './subject-cache.ts';

function sessionPrincipal(role: Subject, sessionName: string, session: Session): Principal {
  return {
    kind: 'assumed-role',
    account: role.account,
    arn: `arn:${partitionIn(role.arn)}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
    session,
  };
}

export async function assumeForService(
  cache: SubjectCache,
  now: Date,
  { roleArn, servicePrincipal, sessionName, sourceArn }: ServiceRoleRequest,
): Promise<Principal> {
  const role = await cache.findRole(roleArn);
  const context = createContext({
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': servicePrincipal,
    'aws:PrincipalType': 'Service',
    // A role can be passed to a service only by its own account.
    'aws:SourceAccount': role?.account,
    'aws:SourceArn': sourceArn,
    'sts:RoleSessionName': sessionName,
  });
  const request = { action: 'sts:AssumeRole', resource: roleArn, context };
  const grant = role?.trust && evaluateResourcePolicy(role.trust, { service: servicePrincipal }, request);
  if (!role || grant !== 'direct') {
    throw new AwsError(
      'AccessDenied',
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${servicePrincipal}' to assume the role.`,
      { status: 403 },
    );
  }
  return sessionPrincipal(role, sessionName, { issuedAt: now.getTime() });
}

/** Where the role is missing or does not let the caller in, AWS gives no reason: the caller may not know which of the two it is. */
function refused(caller: Principal, action: string, roleArn: string, judgement: Exclude<Judgement, { allowed: true }>) {
  const access = { action, resource: roleArn };
  const { explicit, type } = judgement;
  const told =
    explicit && type === 'resource'
      ? `${notAuthorized(caller, access)} with an explicit deny in the role trust policy`
      : explicit || type === 'boundary' || type === 'session'
        ? denial(caller, access, judgement)
        : notAuthorized(caller, access);
  return new AwsError('AccessDenied', told, { status: 403 });
}

/** Everything that this request needs permission for; all of it must be allowed. */
function neededActions(plan: SessionPlan): string[] {
  return [
    'sts:AssumeRole',
    ...(plan.hasTags ? ['sts:TagSession'] : []),
    ...(plan.session.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
}

function checkLifetime(caller: Principal, role: Subject, lifetimeMs: number): void {
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
}

function contextOf(
  caller: Principal,
  tags: Readonly<Record<string, string>>,
  role: Subject | undefined,
  request: AssumeRoleRequest,
  now: Date,
): Context {
  const roleTags = Object.entries(role?.tags ?? {});
  return createContext(
    sessionContext({ ...request, sourceIdentity: request.sourceIdentity ?? caller.session?.sourceIdentity }),
    { 'sts:RoleSessionName': request.sessionName, 'aws:ResourceAccount': role?.account },
    { 'aws:ResourceTag/*': undefined, 'iam:ResourceTag/*': undefined },
    Object.fromEntries(roleTags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    Object.fromEntries(roleTags.map(([key, value]) => [`iam:ResourceTag/${key}`, value])),
    principalContext(caller, tags, now),
  );
}

export interface AssumedRole {
  readonly principal: Principal;
  readonly packedPolicySize: number | undefined;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function assumeRole(
  { cache, permissions }: { readonly cache: SubjectCache; readonly permissions: PermissionsFinder },
  now: Date,
  caller: Principal,
  request: AssumeRoleRequest,
): Promise<AssumedRole> {
  const { roleArn, sessionName, lifetimeMs } = request;
  if (caller.kind === 'federated-user') {
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html: of STS they can call GetCallerIdentity only.
    throw refused(caller, 'sts:AssumeRole', roleArn, { allowed: false, explicit: false, type: 'identity' });
  }
  const plan = planSession(request, caller.session, now);
  const [role, known] = await Promise.all([cache.findRole(roleArn), permissions.find(caller)]);
  const context = contextOf(caller, known?.tags ?? {}, role, request, now);
  for (const action of neededActions(plan)) {
    const resource = { account: role?.account ?? caller.account, policy: role?.trust, mustTrust: true };
    const judgement: Judgement = known
      ? judge({
          principal: caller,
          permissions: known.permissions,
          resource,
          request: { action, resource: roleArn, context },
        })
      : { allowed: false, explicit: false, type: 'identity' };
    if (!judgement.allowed) throw refused(caller, action, roleArn, judgement);
  }
  const { sourceIdentity: inherited, run } = caller.session ?? {};
  if (inherited !== undefined && request.sourceIdentity !== undefined && inherited !== request.sourceIdentity) {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html; the sentence as observed.
    throw new AwsError('ValidationError', 'The source identity is already set for this assume role session');
  }
  if (!role) throw refused(caller, 'sts:AssumeRole', roleArn, { allowed: false, explicit: false, type: 'resource' });
  checkLifetime(caller, role, lifetimeMs);
  await checkManagedPolicies(request.policyArns, role.account, cache);
  return {
    principal: sessionPrincipal(role, sessionName, { ...plan.session, ...(run === undefined ? {} : { run }) }),
    packedPolicySize: plan.packedPolicySize,
  };
}
