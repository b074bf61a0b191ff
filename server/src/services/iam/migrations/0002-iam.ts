/** Identities: users and roles, what is attached to them, and keys. Names are unique without regard to case, as in IAM. */
import type { Migration } from '../../../storage/migration.ts';

export const iam: Migration = {
  name: '0002-iam',
  statements: [
    `create table iam_roles (
      account text not null,
      name text not null collate nocase,
      arn text not null,
      role_id text not null,
      path text not null,
      created_at integer not null,
      trust_policy text not null,
      document text not null,
      primary key (account, name)
    ) without rowid`,
    'create unique index iam_roles_by_arn on iam_roles (arn)',
    `create table iam_users (
      account text not null,
      name text not null collate nocase,
      arn text not null,
      user_id text not null,
      path text not null,
      created_at integer not null,
      document text not null,
      primary key (account, name)
    ) without rowid`,
    'create unique index iam_users_by_arn on iam_users (arn)',
    `create table iam_inline_policies (
      account text not null,
      owner text not null check (owner in ('role', 'user')),
      owner_name text not null collate nocase,
      policy_name text not null collate nocase,
      policy_document text not null,
      primary key (account, owner, owner_name, policy_name)
    ) without rowid`,
    `create table iam_attached_policies (
      account text not null,
      owner text not null check (owner in ('role', 'user')),
      owner_name text not null collate nocase,
      policy_arn text not null,
      primary key (account, owner, owner_name, policy_arn)
    ) without rowid`,
    'create index iam_attached_policies_by_arn on iam_attached_policies (account, policy_arn)',
    `create table iam_access_keys (
      access_key_id text not null primary key,
      account text not null,
      user_name text not null collate nocase,
      status text not null check (status in ('Active', 'Inactive')),
      created_at integer not null,
      sealed_secret text not null
    ) without rowid`,
    'create index iam_access_keys_by_user on iam_access_keys (account, user_name)',
  ],
};
