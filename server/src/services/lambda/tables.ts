/** The tables of 0020-lambda, as Kysely sees them. Only the stores read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';

export interface FunctionRow {
  id: string;
  account: string;
  region: string;
  name: string;
  /** The number that the next published version gets. Numbers are not used again. */
  next_version: number;
  reserved_concurrency: number | null;
  tags: string;
}

export interface VersionRow {
  function_id: string;
  /** `$LATEST` or the number. */
  version: string;
  /** 0 for `$LATEST`. */
  number: number;
  /** AWS's FunctionConfiguration without the environment's values. */
  document: string;
  sealed_environment: string | null;
  /** The blob of the zip. */
  code_id: string;
  revision_id: string;
}

export interface SettingRow {
  function_id: string;
  kind: 'alias' | 'policy' | 'event' | 'url';
  /** The alias's name; else the qualifier that the setting is about, `` for the function itself. */
  qualifier: string;
  document: string;
  revision_id: string;
}

export interface LayerVersionRow {
  account: string;
  region: string;
  name: string;
  version: number;
  document: string;
  /** Null once the version was deleted: its number is not used again. */
  code_id: string | null;
  policy: string | null;
  revision_id: string;
}

/** An asynchronous invocation that has not succeeded yet. */
export interface EventRow {
  /** The request's id, which every attempt has. */
  id: string;
  function_id: string;
  qualifier: string;
  payload: string;
  attempts: number;
  due_at: number;
  enqueued_at: number;
}

export const lambdaTables = queryBuilder<{
  lambda_functions: FunctionRow;
  lambda_versions: VersionRow;
  lambda_settings: SettingRow;
  lambda_layer_versions: LayerVersionRow;
  lambda_events: EventRow;
}>();
