/** Functions, their versions and what belongs to them; layers; and the queue of asynchronous invocations. */
import type { Migration } from '../../../storage/migration.ts';

export const lambdaTables: Migration = {
  name: '0020-lambda',
  statements: [
    `create table lambda_functions (
      id text not null primary key,
      account text not null,
      region text not null,
      name text not null,
      next_version integer not null,
      reserved_concurrency integer,
      tags text not null
    ) without rowid`,
    'create unique index lambda_functions_by_name on lambda_functions (account, region, name)',
    `create table lambda_versions (
      function_id text not null,
      version text not null,
      number integer not null,
      document text not null,
      sealed_environment text,
      code_id text not null,
      revision_id text not null,
      primary key (function_id, version)
    ) without rowid`,
    'create index lambda_versions_by_code on lambda_versions (code_id)',
    `create table lambda_settings (
      function_id text not null,
      kind text not null,
      qualifier text not null,
      document text not null,
      revision_id text not null,
      primary key (function_id, kind, qualifier)
    ) without rowid`,
    `create table lambda_layer_versions (
      account text not null,
      region text not null,
      name text not null,
      version integer not null,
      document text not null,
      code_id text,
      policy text,
      revision_id text not null,
      primary key (account, region, name, version)
    ) without rowid`,
    'create index lambda_layer_versions_by_code on lambda_layer_versions (code_id)',
    `create table lambda_events (
      id text not null primary key,
      function_id text not null,
      qualifier text not null,
      payload text not null,
      attempts integer not null,
      due_at integer not null,
      enqueued_at integer not null
    ) without rowid`,
    'create index lambda_events_by_function on lambda_events (function_id, due_at)',
  ],
};
