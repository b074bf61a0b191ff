/** The only SQL about deployments. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { Page } from '../page.ts';
import { apiTables, type DeploymentRow } from '../tables.ts';

export function insertDeployment(row: DeploymentRow): Statement {
  return statement(apiTables.insertInto('rest_api_deployments').values(row).compile());
}

/** Misses if it was deleted. */
export function requireDeployment(apiId: string, id: string): Statement {
  const query = apiTables
    .updateTable('rest_api_deployments')
    .set({ id })
    .where('api_id', '=', apiId)
    .where('id', '=', id);
  return statement(query.compile(), 1);
}

/** Misses if it was deleted, or a stage has it. */
export function removeDeployment(apiId: string, id: string): Statement {
  const inUse = apiTables.selectFrom('rest_api_stages').select('deployment_id').where('api_id', '=', apiId);
  const query = apiTables
    .deleteFrom('rest_api_deployments')
    .where('api_id', '=', apiId)
    .where('id', '=', id)
    .where('id', 'not in', inUse);
  return statement(query.compile(), 1);
}

export async function findDeployment(
  database: Database,
  apiId: string,
  id: string,
): Promise<DeploymentRow | undefined> {
  const query = apiTables
    .selectFrom('rest_api_deployments')
    .selectAll()
    .where('api_id', '=', apiId)
    .where('id', '=', id);
  return (await database.read(query.compile()))[0];
}

export type DeploymentSummary = Omit<DeploymentRow, 'snapshot'>;

export function listDeployments(database: Database, apiId: string, page: Page): Promise<DeploymentSummary[]> {
  const query = apiTables
    .selectFrom('rest_api_deployments')
    .select(['api_id', 'id', 'created_at', 'description'])
    .where('api_id', '=', apiId)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit + 1);
  return database.read(query.compile());
}
