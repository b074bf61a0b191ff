/** The policies of a principal in a decision: its own, its permissions boundary and those of its session. */
import type { Principal } from '../../contract/principal.ts';
import type { Permissions } from './policy/judge.ts';
import type { Policy } from './policy/policy-document.ts';
import { rememberPolicies } from './policy/remember.ts';
import type { Subject, SubjectCache } from './subject-cache.ts';

/** As many session policies as are kept parsed: more sessions than that only cost time. */
const keptSessionPolicies = 1000;

export interface Known {
  readonly permissions: Permissions;
  /** The principal's tags: its own, overridden by its session's. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface PermissionsFinder {
  /** Undefined for a principal that no longer exists. Synchronous where everything is cached. */
  find(principal: Principal): Known | undefined | Promise<Known | undefined>;
}

/** Sessions are of one role or user, not of its name: one that is created again under the same ARN is another one. */
export function isSubjectOf(subject: Subject | undefined, { userId, session }: Principal): subject is Subject {
  return subject !== undefined && (session?.issuer?.id ?? userId.split(':')[0]) === subject.id;
}

export function findSubject(
  cache: SubjectCache,
  { kind, arn, roleArn, session }: Principal,
): Subject | undefined | Promise<Subject | undefined> {
  if (kind === 'assumed-role') return cache.findRole(roleArn ?? '');
  return cache.findUser(session?.issuer?.arn ?? arn);
}

/** A new session's tags override those of its role, whatever the case: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export function mergeTags(own: Readonly<Record<string, string>>, over: Readonly<Record<string, string>> = {}) {
  const overridden = new Set(Object.keys(over).map((key) => key.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(own).filter(([key]) => !overridden.has(key.toLowerCase()))), ...over };
}

/** Root, or a session that root made for another person. */
export const isOfRoot = ({ kind, account, session }: Principal): boolean =>
  kind === 'root' || (session?.issuer?.arn.endsWith(`:iam::${account}:root`) ?? false);

export function createPermissionsFinder(cache: SubjectCache): PermissionsFinder {
  const parsed = rememberPolicies('identity', keptSessionPolicies);

  /** A policy that was deleted or is not understood allows nothing. */
  function sessionPolicies(principal: Principal): Policy[] | undefined | Promise<Policy[]> {
    const limits = principal.session?.policies;
    if (!limits) return undefined;
    const inline = limits.inline === undefined ? undefined : parsed(limits.inline);
    const found = limits.arns.map((arn) => cache.findPolicy(arn));
    const gather = (managed: readonly (Policy | undefined)[]) =>
      [inline, ...managed].filter((policy) => policy !== undefined && policy !== 'malformed');
    return found.some((policy) => policy instanceof Promise)
      ? Promise.all(found).then(gather)
      : gather(found as (Policy | undefined)[]);
  }

  function combine(principal: Principal, subject: Subject | undefined, session: Policy[] | undefined) {
    const tags = principal.session?.tags;
    if (isOfRoot(principal)) return { permissions: { identity: undefined, session }, tags: tags ?? {} };
    if (!isSubjectOf(subject, principal)) return undefined;
    const permissions = { identity: subject.policies, boundary: subject.boundary, session };
    return { permissions, tags: mergeTags(subject.tags, tags) };
  }

  return {
    find(principal) {
      const subject = isOfRoot(principal) ? undefined : findSubject(cache, principal);
      const session = sessionPolicies(principal);
      if (subject instanceof Promise || session instanceof Promise) {
        return Promise.all([subject, session]).then(([one, other]) => combine(principal, one, other));
      }
      return combine(principal, subject, session);
    },
  };
}
