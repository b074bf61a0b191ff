/** The tables of 0008-cloudwatch-logs, as Kysely sees them. Only the stores beside it read or write them. */
import type { Generated } from 'kysely';
import { queryBuilder } from '../../storage/query-builder.ts';

export interface LogGroupRow {
  id: string;
  account: string;
  region: string;
  name: string;
  created_at: number;
  retention_days: number | null;
  /** The CreateLogGroup request. */
  document: string;
}

export interface LogStreamRow {
  id: string;
  group_id: string;
  name: string;
  created_at: number;
  first_event_at: number | null;
  last_event_at: number | null;
  last_ingestion_at: number | null;
}

export interface LogEventRow {
  /** In order of arrival. */
  id: number;
  group_id: string;
  stream_id: string;
  timestamp: number;
  ingested_at: number;
  message: string;
}

type LogEventTable = Omit<LogEventRow, 'id'> & { id: Generated<number> };

export const logsTables = queryBuilder<{
  log_groups: LogGroupRow;
  log_streams: LogStreamRow;
  log_events: LogEventTable;
}>();
