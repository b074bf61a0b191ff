/**
 * Groups, customer-managed policies, tags, permission boundaries and instance profiles. What belongs to an identity hangs on its unique
 * id from here on, so that renaming one is one row, and a name that is used again inherits nothing.
 */
import type { Migration } from '../../../storage/migration.ts';

/** Tags that CreateRole and CreateUser were given. */
const keepTags = (table: string) => ({
  sqlite: `insert or ignore into iam_tags
     select owner.id, json_extract(tag.value, '$.Key'), json_extract(tag.value, '$.Value')
     from ${table} as owner, json_each(owner.document, '$.Tags') as tag`,
  postgres: undefined,
});

const ownerIds = `select account, 'role' as owner, name, id from iam_roles
  union all select account, 'user', name, id from iam_users`;

export const iamDepth: Migration = {
  name: '0010-iam-depth',
  statements: [
    'alter table iam_roles rename column role_id to id',
    'alter table iam_users rename column user_id to id',
    'create unique index iam_roles_by_id on iam_roles (id)',
    'create unique index iam_users_by_id on iam_users (id)',
    `create table iam_tags (
      owner_id text not null,
      key text not null collate nocase,
      value text not null,
      primary key (owner_id, key)
    ) without rowid`,
    keepTags('iam_roles'),
    keepTags('iam_users'),
    'alter table iam_users add column boundary text',
    `update iam_users set boundary = json_extract(document, '$.PermissionsBoundary')`,
    'alter table iam_users drop column document',
    'alter table iam_roles add column boundary text',
    'alter table iam_roles add column description text',
    'alter table iam_roles add column max_session_seconds integer not null default 3600',
    'alter table iam_roles add column last_used_at integer',
    'alter table iam_roles add column last_used_region text',
    {
      sqlite: `update iam_roles set
       boundary = json_extract(document, '$.PermissionsBoundary'),
       description = json_extract(document, '$.Description'),
       max_session_seconds = coalesce(json_extract(document, '$.MaxSessionDuration'), 3600)`,
      postgres: undefined,
    },
    'alter table iam_roles drop column document',
    'create index iam_users_by_boundary on iam_users (boundary) where boundary is not null',
    'create index iam_roles_by_boundary on iam_roles (boundary) where boundary is not null',

    `create table iam_inline (
      owner_id text not null,
      policy_name text not null collate nocase,
      policy_document text not null,
      primary key (owner_id, policy_name)
    ) without rowid`,
    `insert into iam_inline select owners.id, policy_name, policy_document
     from iam_inline_policies as old join (${ownerIds}) as owners
     on owners.account = old.account and owners.owner = old.owner and owners.name = old.owner_name`,
    'drop table iam_inline_policies',
    'alter table iam_inline rename to iam_inline_policies',
    `create table iam_attached (
      owner_id text not null,
      policy_arn text not null,
      account text not null,
      owner text not null check (owner in ('group', 'role', 'user')),
      primary key (owner_id, policy_arn)
    ) without rowid`,
    `insert into iam_attached select owners.id, policy_arn, old.account, old.owner
     from iam_attached_policies as old join (${ownerIds}) as owners
     on owners.account = old.account and owners.owner = old.owner and owners.name = old.owner_name`,
    'drop table iam_attached_policies',
    'alter table iam_attached rename to iam_attached_policies',
    'create index iam_attached_policies_by_arn on iam_attached_policies (account, policy_arn)',

    `create table iam_keys (
      access_key_id text not null primary key,
      account text not null,
      user_id text not null,
      status text not null check (status in ('Active', 'Inactive')),
      created_at integer not null,
      sealed_secret text not null,
      last_used_at integer,
      last_used_service text,
      last_used_region text
    ) without rowid`,
    `insert into iam_keys select access_key_id, old.account, users.id, status, old.created_at, sealed_secret, null, null, null
     from iam_access_keys as old join iam_users as users on users.account = old.account and users.name = old.user_name`,
    'drop table iam_access_keys',
    'alter table iam_keys rename to iam_access_keys',
    'create index iam_access_keys_by_user on iam_access_keys (user_id)',

    `create table iam_groups (
      account text not null,
      name text not null collate nocase,
      arn text not null,
      id text not null unique,
      path text not null,
      created_at integer not null,
      primary key (account, name)
    ) without rowid`,
    `create table iam_group_members (
      group_id text not null,
      user_id text not null,
      primary key (group_id, user_id)
    ) without rowid`,
    'create index iam_group_members_by_user on iam_group_members (user_id)',
    `create table iam_policies (
      account text not null,
      name text not null collate nocase,
      arn text not null unique,
      id text not null unique,
      path text not null,
      created_at integer not null,
      updated_at integer not null,
      description text,
      default_version integer not null,
      last_version integer not null,
      primary key (account, name)
    ) without rowid`,
    `create table iam_policy_versions (
      policy_id text not null,
      version integer not null,
      policy_document text not null,
      created_at integer not null,
      primary key (policy_id, version)
    ) without rowid`,
    `create table iam_instance_profiles (
      account text not null,
      name text not null collate nocase,
      arn text not null,
      id text not null unique,
      path text not null,
      created_at integer not null,
      role_id text,
      primary key (account, name)
    ) without rowid`,
    'create index iam_instance_profiles_by_role on iam_instance_profiles (role_id)',
    'create table iam_account_aliases (account text not null primary key, alias text not null unique) without rowid',
    `create table iam_credential_reports (
      account text not null primary key,
      generated_at integer not null,
      content text not null
    ) without rowid`,
  ],
};
