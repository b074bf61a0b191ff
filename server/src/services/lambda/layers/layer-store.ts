/** The only SQL about layers. */
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type LayerVersionRow, lambdaTables as sql } from '../tables.ts';

export type LayerName = Pick<LayerVersionRow, 'account' | 'region' | 'name'>;

/** Deleted versions, too: their numbers are not used again. */
export async function lastVersionNumber(database: Database, { account, region, name }: LayerName): Promise<number> {
  const query = sql
    .selectFrom('lambda_layer_versions')
    .select('version')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1);
  return (await database.read(query.compile()))[0]?.version ?? 0;
}

export const insertLayerVersion = (row: LayerVersionRow): Statement =>
  statement(sql.insertInto('lambda_layer_versions').values(row).compile(), 1);

/** Undefined where it was deleted. */
export async function findLayerVersion(
  database: Database,
  { account, region, name }: LayerName,
  version: number,
): Promise<LayerVersionRow | undefined> {
  const query = sql
    .selectFrom('lambda_layer_versions')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .where('version', '=', version);
  const [row] = await database.read(query.compile());
  return row?.code_id ? row : undefined;
}

/** The newest first. */
export function listLayerVersions(
  database: Database,
  { account, region, name }: LayerName,
): Promise<LayerVersionRow[]> {
  const query = sql
    .selectFrom('lambda_layer_versions')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .where('code_id', 'is not', null)
    .orderBy('version', 'desc');
  return database.read(query.compile());
}

/** Of every layer of the account, by name and then the newest first. */
export function listLayers(database: Database, account: string, region: string): Promise<LayerVersionRow[]> {
  const query = sql
    .selectFrom('lambda_layer_versions')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('code_id', 'is not', null)
    .orderBy('name')
    .orderBy('version', 'desc');
  return database.read(query.compile());
}

export function changeLayerVersion(
  { account, region, name, version, revision_id }: LayerVersionRow,
  change: Partial<LayerVersionRow>,
): Statement {
  const query = sql
    .updateTable('lambda_layer_versions')
    .set(change)
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .where('version', '=', version)
    .where('revision_id', '=', revision_id);
  return statement(query.compile(), 1);
}

/** Whether a version of a function has the layer. */
export async function isLayerUsed(database: Database, arn: string): Promise<boolean> {
  const query = sql.selectFrom('lambda_versions').select('document').where('document', 'like', `%${arn}"%`).limit(1);
  return (await database.read(query.compile())).length > 0;
}
