/** Log groups, their streams, and events in the order of their time. */
import type { Migration } from '../../../storage/migration.ts';

export const cloudwatchLogs: Migration = {
  name: '0008-cloudwatch-logs',
  statements: [
    `create table log_groups (
      id text not null primary key,
      account text not null,
      region text not null,
      name text not null,
      created_at integer not null,
      retention_days integer,
      document text not null
    ) without rowid`,
    'create unique index log_groups_by_name on log_groups (account, region, name)',
    `create table log_streams (
      id text not null primary key,
      group_id text not null,
      name text not null,
      created_at integer not null,
      first_event_at integer,
      last_event_at integer,
      last_ingestion_at integer
    ) without rowid`,
    'create unique index log_streams_by_name on log_streams (group_id, name)',
    `create table log_events (
      id integer primary key autoincrement,
      group_id text not null,
      stream_id text not null,
      timestamp integer not null,
      ingested_at integer not null,
      message text not null
    )`,
    'create index log_events_by_stream on log_events (stream_id, timestamp, id)',
    'create index log_events_by_group on log_events (group_id, timestamp, id)',
  ],
};
