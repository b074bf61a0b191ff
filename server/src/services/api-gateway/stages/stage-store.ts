/** The only SQL about stages. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { apiTables, type StageRow } from '../tables.ts';

export function insertStage(row: StageRow): Statement {
  return statement(apiTables.insertInto('rest_api_stages').values(row).compile());
}

type StageChange = Pick<StageRow, 'deployment_id' | 'updated_at' | 'document'>;

/** Misses if the stage has changed since the row was read. */
export function updateStage({ api_id, name, version }: StageRow, change: StageChange): Statement {
  const query = apiTables
    .updateTable('rest_api_stages')
    .set({ ...change, version: version + 1 })
    .where('api_id', '=', api_id)
    .where('name', '=', name)
    .where('version', '=', version);
  return statement(query.compile(), 1);
}

export function removeStage(apiId: string, name: string): Statement {
  const query = apiTables.deleteFrom('rest_api_stages').where('api_id', '=', apiId).where('name', '=', name);
  return statement(query.compile(), 1);
}

export async function findStage(database: Database, apiId: string, name: string): Promise<StageRow | undefined> {
  const query = apiTables
    .selectFrom('rest_api_stages')
    .selectAll()
    .where('api_id', '=', apiId)
    .where('name', '=', name);
  return (await database.read(query.compile()))[0];
}

export function listStages(database: Database, apiId: string): Promise<StageRow[]> {
  const query = apiTables.selectFrom('rest_api_stages').selectAll().where('api_id', '=', apiId).orderBy('name');
  return database.read(query.compile());
}

export type RunningStage = Pick<StageRow, 'deployment_id' | 'document'> & { account: string; region: string };

/** What a request to a stage needs; the deployment, which never changes, is read once. */
export async function findRunningStage(
  database: Database,
  apiId: string,
  name: string,
): Promise<RunningStage | undefined> {
  const query = apiTables
    .selectFrom('rest_api_stages as stage')
    .innerJoin('rest_apis as api', 'api.id', 'stage.api_id')
    .select(['stage.deployment_id', 'stage.document', 'api.account', 'api.region'])
    .where('stage.api_id', '=', apiId)
    .where('stage.name', '=', name);
  return (await database.read(query.compile()))[0];
}
