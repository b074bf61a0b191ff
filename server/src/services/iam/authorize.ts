/**
 * Whether a principal may do what a call needs. Root and the platform itself may do everything; users and role sessions what their
 * policies say. Never answers "allowed" for a principal that no longer exists.
 */
import type { Decision } from '../../contract/identity.ts';
import type { Access } from '../../contract/operation.ts';
import type { Principal } from '../../contract/principal.ts';
import { createContext } from './policy/context.ts';
import { evaluate } from './policy/evaluate.ts';
import type { Subject, SubjectCache } from './subject-cache.ts';

/** The condition keys that a principal brings along. */
export function principalContext(principal: Principal, now: Date): Record<string, string | undefined> {
  const user = principal.kind === 'user' ? principal.arn.slice(principal.arn.lastIndexOf('/') + 1) : undefined;
  return {
    'aws:PrincipalAccount': principal.account,
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: for sessions the role's ARN.
    'aws:PrincipalArn': principal.roleArn ?? principal.arn,
    'aws:PrincipalType': { root: 'Account', user: 'User', 'assumed-role': 'AssumedRole', service: 'Service' }[
      principal.kind
    ],
    'aws:userid': principal.userId,
    'aws:username': user,
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
  };
}

/** AWS's sentence: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denial(principal: Principal, access: Access, explicit: boolean): Decision {
  const because = explicit
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${access.action} action`;
  const reason = `User: ${principal.arn} is not authorized to perform: ${access.action} on resource: ${access.resource} ${because}`;
  return { allowed: false, reason };
}

/** Undefined for those who need no policies. */
export function findSubject(
  cache: SubjectCache,
  principal: Principal,
): Subject | undefined | Promise<Subject | undefined> {
  return principal.kind === 'user' ? cache.findUser(principal.arn) : cache.findRole(principal.roleArn ?? '');
}

/** Sessions are of one role, not of its name: a role made anew under the same ARN is another one. */
export function isSubjectOf(subject: Subject | undefined, principal: Principal): subject is Subject {
  return subject !== undefined && principal.userId.split(':')[0] === subject.id;
}

export function authorize(
  cache: SubjectCache,
  now: () => Date,
  principal: Principal,
  access: readonly Access[],
  context: () => Readonly<Record<string, string>>,
): Decision | Promise<Decision> {
  if (principal.kind === 'root' || principal.kind === 'service') return { allowed: true };
  const decide = (subject: Subject | undefined): Decision => {
    const own = principalContext(principal, now());
    const asked = context();
    for (const one of access) {
      const request = {
        action: one.action,
        resource: one.resource,
        context: createContext(one.context ?? {}, asked, own),
      };
      const verdict = isSubjectOf(subject, principal) ? evaluate(subject.policies, request) : 'implicit-deny';
      if (verdict !== 'allow') return denial(principal, one, verdict === 'explicit-deny');
    }
    return { allowed: true };
  };
  const subject = findSubject(cache, principal);
  return subject instanceof Promise ? subject.then(decide) : decide(subject);
}
