/**
 * What requests need to know of roles, users and access keys, kept in memory so that the hot path asks no database. Everything is
 * forgotten at each IAM write: writes are rare, and a cache that forgets too much is never wrong. Absence is not remembered, so
 * that made-up names cannot fill it.
 */
import type { Log } from '../../kit/log.ts';
import type { Database } from '../../storage/database.ts';
import { findAccessKey } from './access-keys/access-key-store.ts';
import { findManagedPolicy } from './managed-policies.ts';
import { listAttachedPolicies, listInlinePolicies, type OwnerKey } from './policies/policy-store.ts';
import { type Policy, parsePolicy } from './policy/policy-document.ts';
import { findRoleByArn } from './roles/role-store.ts';
import type { AccessKeyRow, RoleRow } from './tables.ts';
import { findUser, findUserByArn } from './users/user-store.ts';

/** A role or a user with its policies. */
export interface Subject {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  /** AROA… or AIDA…. */
  readonly id: string;
  readonly policies: readonly Policy[];
  /** Its permissions boundary. */
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

/** Loads once per key however many ask at once; a load that began before the last `forget` answers its askers but is not kept. */
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

async function loadPolicies(database: Database, key: OwnerKey, log: Log): Promise<Policy[]> {
  const [inline, attached] = await Promise.all([
    listInlinePolicies(database, key),
    listAttachedPolicies(database, key),
  ]);
  const managed = attached.flatMap((row) => {
    const policy = findManagedPolicy(row.policy_arn)?.policy;
    if (!policy) log.warn('An attached policy is unknown and grants nothing', { policyArn: row.policy_arn });
    return policy ? [policy] : [];
  });
  // The names are those of the policy simulator: role_<role>_<policy>, as observed.
  const named = inline.map((row) =>
    parsePolicy(row.policy_document, 'identity', `${key.owner}_${key.name}_${row.policy_name}`),
  );
  return [...named, ...managed];
}

export function maxSessionSecondsOf(row: RoleRow): number {
  return (JSON.parse(row.document) as { MaxSessionDuration?: number }).MaxSessionDuration ?? 3600;
}

/** The tags of the Create… request. */
function tagsOf(row: { readonly document: string }): Record<string, string> {
  const { Tags: tags = [] } = JSON.parse(row.document) as { Tags?: { Key: string; Value: string }[] };
  return Object.fromEntries(tags.map(({ Key: key, Value: value }) => [key, value]));
}

export function createSubjectCache(database: Database, log: Log): SubjectCache {
  const roles = remember(async (arn): Promise<Subject | undefined> => {
    const row = await findRoleByArn(database, arn);
    if (!row) return undefined;
    const policies = await loadPolicies(database, { account: row.account, owner: 'role', name: row.name }, log);
    return {
      account: row.account,
      name: row.name,
      arn,
      id: row.role_id,
      policies,
      tags: tagsOf(row),
      trust: parsePolicy(row.trust_policy, 'trust'),
      maxSessionMs: maxSessionSecondsOf(row) * 1000,
    };
  });
  const users = remember(async (arn): Promise<Subject | undefined> => {
    const row = await findUserByArn(database, arn);
    if (!row) return undefined;
    const policies = await loadPolicies(database, { account: row.account, owner: 'user', name: row.name }, log);
    const tags = tagsOf(row);
    return {
      account: row.account,
      name: row.name,
      arn,
      id: row.user_id,
      policies,
      tags,
      trust: undefined,
      maxSessionMs: 0,
    };
  });
  const keys = remember(async (accessKeyId): Promise<KeyOwner | undefined> => {
    const row = await findAccessKey(database, accessKeyId);
    const user = row && (await findUser(database, row.account, row.user_name));
    return user && { row, userArn: user.arn, userId: user.user_id };
  });
  return {
    findRole: roles.find,
    findUser: users.find,
    findPolicy: (arn) => findManagedPolicy(arn)?.policy,
    findKey: keys.find,
    forget() {
      roles.forget();
      users.forget();
      keys.forget();
    },
  };
}
