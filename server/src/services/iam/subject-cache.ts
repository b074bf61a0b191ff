/**
 * What requests need to know of roles, users and access keys, kept in memory so that the hot path needs no database. Everything is
 * forgotten at each IAM write: writes are rare, and a cache that forgets too much is never wrong. Absence is not remembered, so
 * that made-up names cannot fill it.
 */
import type { Log } from '../../kit/log.ts';
import type { Database } from '../../storage/database.ts';
import { findAccessKey } from './access-keys/access-key-store.ts';
import { findEntityByArn, findEntityById } from './entities/entity-store.ts';
import { findManagedPolicy } from './managed-policies.ts';
import { loadGrantedPolicies, readManaged } from './policies/granted-policies.ts';
import { findDefaultText } from './policies/version-store.ts';
import { type Policy, parsePolicy } from './policy/policy-document.ts';
import type { AccessKeyRow, RoleRow, UserRow } from './tables.ts';
import { listTags } from './tags/tag-store.ts';

/** A role or a user with everything that decides what it may do. */
export interface Subject {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  /** AROA… or AIDA…. */
  readonly id: string;
  /** Written into it and attached to it; for a user those of its groups too. */
  readonly policies: readonly Policy[];
  /** The most that the policies can grant. One that is not there any more grants nothing. */
  readonly boundary?: Policy | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly trust: Policy | undefined;
  readonly maxSessionMs: number;
}

export interface KeyOwner {
  readonly row: AccessKeyRow;
  readonly userArn: string;
  readonly userId: string;
}

export interface SubjectCache {
  findRole(arn: string): Subject | undefined | Promise<Subject | undefined>;
  findUser(arn: string): Subject | undefined | Promise<Subject | undefined>;
  /** A managed policy, for sessions that are limited by it. */
  findPolicy(arn: string): Policy | undefined | Promise<Policy | undefined>;
  findKey(accessKeyId: string): KeyOwner | undefined | Promise<KeyOwner | undefined>;
  forget(): void;
}

/** Concurrent callers share one load per key; a load that began before the last `forget` is returned but not cached. */
function remember<Value>(load: (key: string) => Promise<Value | undefined>) {
  let kept = new Map<string, Value | Promise<Value | undefined>>();
  return {
    find(key: string): Value | undefined | Promise<Value | undefined> {
      const found = kept.get(key);
      if (found !== undefined) return found;
      const generation = kept;
      const loading = load(key).then(
        (value) => {
          if (value === undefined) generation.delete(key);
          else generation.set(key, value);
          return value;
        },
        (error: unknown) => {
          generation.delete(key);
          throw error;
        },
      );
      generation.set(key, loading);
      return loading;
    },
    forget() {
      kept = new Map();
    },
  };
}

/** What roles and users have in common. */
async function loadSubject(database: Database, row: RoleRow | UserRow, log: Log) {
  const [granted, tags, boundary] = await Promise.all([
    loadGrantedPolicies(database, row.id, log),
    listTags(database, row.id),
    row.boundary === null ? undefined : findDefaultText(database, row.boundary),
  ]);
  return {
    account: row.account,
    name: row.name,
    arn: row.arn,
    id: row.id,
    policies: granted.map(({ policy }) => policy),
    ...(row.boundary === null ? {} : { boundary: readManaged(row.boundary, boundary, log) }),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  };
}

export function createSubjectCache(database: Database, log: Log): SubjectCache {
  const roles = remember(async (arn): Promise<Subject | undefined> => {
    const row = await findEntityByArn(database, 'iam_roles', arn);
    if (!row) return undefined;
    const trust = parsePolicy(row.trust_policy, 'trust');
    return { ...(await loadSubject(database, row, log)), trust, maxSessionMs: row.max_session_seconds * 1000 };
  });
  const users = remember(async (arn): Promise<Subject | undefined> => {
    const row = await findEntityByArn(database, 'iam_users', arn);
    return row && { ...(await loadSubject(database, row, log)), trust: undefined, maxSessionMs: 0 };
  });
  const policies = remember(async (arn): Promise<Policy | undefined> => {
    const text = await findDefaultText(database, arn);
    return text === undefined ? undefined : readManaged(arn, text, log);
  });
  const keys = remember(async (accessKeyId): Promise<KeyOwner | undefined> => {
    const row = await findAccessKey(database, accessKeyId);
    const user = row && (await findEntityById(database, 'iam_users', row.user_id));
    return user && { row, userArn: user.arn, userId: user.id };
  });
  return {
    findRole: roles.find,
    findUser: users.find,
    findPolicy: (arn) => findManagedPolicy(arn)?.policy ?? policies.find(arn),
    findKey: keys.find,
    forget() {
      roles.forget();
      users.forget();
      keys.forget();
      policies.forget();
    },
  };
}
