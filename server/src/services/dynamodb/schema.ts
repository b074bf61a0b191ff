/** The tables of 0018-dynamodb, as Kysely sees them. Only the stores read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';

export type TableStatus = 'CREATING' | 'UPDATING' | 'ACTIVE' | 'DELETING';

export interface TableRow {
  /** Chosen at random. */
  id: number;
  account: string;
  region: string;
  name: string;
  status: TableStatus;
  /** Counts changes of the definition: who writes items checks that it is the one that it knows. */
  generation: number;
  created_at: number;
  /** TableDefinition. */
  document: string;
}

export interface EntryRow {
  table_id: number;
  /** 0 for items. */
  index_id: number;
  key: Uint8Array;
  /** Another one after each change, chosen by the writer. */
  version: number;
  /** Bytes as DynamoDB counts them. */
  size: number;
  /** Of items of tables with a time to live: seconds since 1970. */
  expires_at: number | null;
  item: string;
}

export interface TransactionRow {
  account: string;
  region: string;
  token: string;
  /** Of the request: another one with the same token is refused. */
  digest: string;
  expires_at: number;
}

export const dynamoDbTables = queryBuilder<{
  dynamodb_tables: TableRow;
  dynamodb_entries: EntryRow;
  dynamodb_transactions: TransactionRow;
}>();
