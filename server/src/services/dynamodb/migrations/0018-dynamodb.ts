/**
 * Tables, and entries: items (index 0) and what indexes hold of them, each in the order of its key (values/key-bytes.ts). An item's entries commit together.
 */
import type { Migration } from '../../../storage/migration.ts';
import { reportChanges } from '../../../storage/postgres/change-topics.ts';

export const dynamoDb: Migration = {
  name: '0018-dynamodb',
  statements: [
    `create table dynamodb_tables (
      id integer not null primary key,
      account text not null,
      region text not null,
      name text not null,
      status text not null,
      generation integer not null,
      created_at integer not null,
      document text not null
    ) without rowid`,
    'create unique index dynamodb_tables_by_name on dynamodb_tables (account, region, name)',
    `create index dynamodb_tables_changing on dynamodb_tables (status) where status <> 'ACTIVE'`,
    `create table dynamodb_entries (
      table_id integer not null,
      index_id integer not null,
      key blob not null,
      version integer not null,
      size integer not null,
      expires_at integer,
      item text not null,
      primary key (table_id, index_id, key)
    ) without rowid`,
    'create index dynamodb_entries_expiring on dynamodb_entries (table_id, expires_at) where expires_at is not null',
    `create table dynamodb_transactions (
      account text not null,
      region text not null,
      token text not null,
      digest text not null,
      expires_at integer not null,
      primary key (account, region, token)
    ) without rowid`,
    'create index dynamodb_transactions_by_end on dynamodb_transactions (expires_at)',
    // For tables/table-cache.ts. Writes of items set a table's generation to itself, to require that it is the one that they know.
    ...reportChanges('dynamodb-tables', [{ table: 'dynamodb_tables', except: 'generation' }]),
  ],
};
