/** The tables of 0026-api-gateway, as Kysely sees them. Only the stores beside it read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';

export interface RestApiRow {
  id: string;
  account: string;
  region: string;
  created_at: number;
  /** Counts the changes: a change of a document that has changed meanwhile is repeated. */
  version: number;
  /** A RestApiDocument. */
  document: string;
}

export interface DeploymentRow {
  api_id: string;
  id: string;
  created_at: number;
  description: string | null;
  /** The RestApiDocument as it was. */
  snapshot: string;
}

export interface StageRow {
  api_id: string;
  name: string;
  deployment_id: string;
  created_at: number;
  updated_at: number;
  version: number;
  /** A StageDocument. */
  document: string;
}

export const apiTables = queryBuilder<{
  rest_apis: RestApiRow;
  rest_api_deployments: DeploymentRow;
  rest_api_stages: StageRow;
}>();
