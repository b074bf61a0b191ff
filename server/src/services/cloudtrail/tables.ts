/** The tables of 0012-audit, as Kysely sees them. Only the stores beside it read or write them. */
import type { Generated } from 'kysely';
import { queryBuilder } from '../../storage/query-builder.ts';

export interface EventRow {
  /** In order of writing. */
  seq: number;
  id: string;
  account: string;
  region: string;
  /** In milliseconds, whole seconds, as in the record. */
  time: number;
  source: string;
  name: string;
  username: string | null;
  access_key_id: string | null;
  read_only: number;
  /** JSON: Resource[]. */
  resources: string;
  /** The SHA-256 of the row before. */
  previous: string;
  /** The event in CloudTrail's format. */
  record: string;
}

export const trailTables = queryBuilder<{
  audit_events: Omit<EventRow, 'seq'> & { seq: Generated<number> };
  audit_resources: { seq: number; type: string; name: string };
}>();
