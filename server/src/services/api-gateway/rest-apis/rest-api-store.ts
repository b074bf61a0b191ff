/** The only SQL about REST APIs. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { Page } from '../page.ts';
import { apiTables, type RestApiRow } from '../tables.ts';

export function insertRestApi(row: RestApiRow): Statement {
  return statement(apiTables.insertInto('rest_apis').values(row).compile());
}

/** Misses if the API has changed since the row was read. */
export function updateRestApi({ id, version }: RestApiRow, document: string): Statement {
  const query = apiTables
    .updateTable('rest_apis')
    .set({ document, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version);
  return statement(query.compile(), 1);
}

/** With its deployments and stages. Misses if it was deleted. */
export function removeRestApi(id: string): Statement[] {
  return [
    statement(apiTables.deleteFrom('rest_apis').where('id', '=', id).compile(), 1),
    statement(apiTables.deleteFrom('rest_api_deployments').where('api_id', '=', id).compile()),
    statement(apiTables.deleteFrom('rest_api_stages').where('api_id', '=', id).compile()),
  ];
}

/** Misses if the API was deleted. */
export function requireRestApi(id: string): Statement {
  return statement(apiTables.updateTable('rest_apis').set({ id }).where('id', '=', id).compile(), 1);
}

export async function findRestApi(
  database: Database,
  account: string,
  region: string,
  id: string,
): Promise<RestApiRow | undefined> {
  const query = apiTables
    .selectFrom('rest_apis')
    .selectAll()
    .where('id', '=', id)
    .where('account', '=', account)
    .where('region', '=', region);
  return (await database.read(query.compile()))[0];
}

export function listRestApis(database: Database, account: string, region: string, page: Page): Promise<RestApiRow[]> {
  const query = apiTables
    .selectFrom('rest_apis')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit + 1);
  return database.read(query.compile());
}
