/** The only SQL about functions, their versions and their settings; and what was read of them, kept in memory until a write. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { type FunctionRow, type SettingRow, lambdaTables as sql, type VersionRow } from '../tables.ts';

/** Without the values of the environment's variables, which are sealed. */
export type Configuration = Omit<FunctionConfiguration, 'Environment'>;

export interface StoredVersion extends Omit<VersionRow, 'document'> {
  readonly configuration: Configuration;
}

/** A function with everything that an invocation must know. */
export interface StoredFunction {
  readonly row: FunctionRow;
  readonly tags: Readonly<Record<string, string>>;
  /** By `$LATEST` or number, in their order. */
  readonly versions: ReadonlyMap<string, StoredVersion>;
  readonly settings: readonly SettingRow[];
}

export type FunctionName = Pick<FunctionRow, 'account' | 'region' | 'name'>;

export interface FunctionStore {
  /** Synchronous where it is known. */
  find(name: FunctionName): StoredFunction | undefined | Promise<StoredFunction | undefined>;
  findById(id: string): Promise<StoredFunction | undefined>;
  list(account: string, region: string, after: string | undefined, limit: number): Promise<StoredFunction[]>;
  /** Commits, then reads the function anew. */
  write(name: FunctionName, statements: readonly Statement[]): Promise<void>;
  /** Another server may have changed functions. */
  forgetAll(): void;
}

const keptFunctions = 1000;
const keyOf = ({ account, region, name }: FunctionName) => `${account} ${region} ${name}`;

export function openFunctionStore(database: Database): FunctionStore {
  const kept = new Map<string, StoredFunction>();
  /** Counts writes: what was read before one is not kept after it. */
  let writes = 0;

  async function complete(row: FunctionRow): Promise<StoredFunction> {
    const [versions, settings] = await Promise.all([
      database.read(
        sql.selectFrom('lambda_versions').selectAll().where('function_id', '=', row.id).orderBy('number').compile(),
      ),
      database.read(
        sql.selectFrom('lambda_settings').selectAll().where('function_id', '=', row.id).orderBy('qualifier').compile(),
      ),
    ]);
    const parsed = versions.map(({ document, ...rest }) => ({ ...rest, configuration: JSON.parse(document) }));
    return {
      row,
      tags: JSON.parse(row.tags),
      versions: new Map(parsed.map((version) => [version.version, version])),
      settings,
    };
  }

  async function read(name: FunctionName): Promise<StoredFunction | undefined> {
    const before = writes;
    const query = sql
      .selectFrom('lambda_functions')
      .selectAll()
      .where('account', '=', name.account)
      .where('region', '=', name.region)
      .where('name', '=', name.name);
    const [row] = await database.read(query.compile());
    if (!row) return undefined;
    const found = await complete(row);
    if (before === writes) {
      kept.set(keyOf(name), found);
      if (kept.size > keptFunctions) kept.delete(kept.keys().next().value ?? '');
    }
    return found;
  }

  return {
    find: (name) => kept.get(keyOf(name)) ?? read(name),
    async findById(id) {
      const [row] = await database.read(sql.selectFrom('lambda_functions').selectAll().where('id', '=', id).compile());
      return row && this.find(row);
    },
    async list(account, region, after, limit) {
      let query = sql
        .selectFrom('lambda_functions')
        .selectAll()
        .where('account', '=', account)
        .where('region', '=', region)
        .orderBy('name')
        .limit(limit);
      if (after !== undefined) query = query.where('name', '>', after);
      return Promise.all((await database.read(query.compile())).map(complete));
    },
    forgetAll() {
      writes += 1;
      kept.clear();
    },
    async write(name, statements) {
      try {
        await database.write(statements);
      } finally {
        writes += 1;
        kept.delete(keyOf(name));
      }
    },
  };
}

export const insertFunction = (row: FunctionRow): Statement =>
  statement(sql.insertInto('lambda_functions').values(row).compile(), 1);

export const changeFunction = (id: string, change: Partial<Omit<FunctionRow, 'id'>>): Statement =>
  statement(sql.updateTable('lambda_functions').set(change).where('id', '=', id).compile(), 1);

/** Misses if the function is gone or has published since. */
export const takeVersionNumber = ({ id, next_version }: FunctionRow): Statement =>
  statement(
    sql
      .updateTable('lambda_functions')
      .set({ next_version: next_version + 1 })
      .where('id', '=', id)
      .where('next_version', '=', next_version)
      .compile(),
    1,
  );

export const insertVersion = (row: VersionRow): Statement =>
  statement(sql.insertInto('lambda_versions').values(row).compile(), 1);

/** Misses if the version has changed since it was read. */
export function changeVersion(
  read: Pick<VersionRow, 'function_id' | 'version' | 'revision_id'>,
  to: VersionRow,
): Statement {
  const query = sql
    .updateTable('lambda_versions')
    .set(to)
    .where('function_id', '=', read.function_id)
    .where('version', '=', read.version)
    .where('revision_id', '=', read.revision_id);
  return statement(query.compile(), 1);
}

export const removeVersion = (functionId: string, version: string): Statement =>
  statement(
    sql.deleteFrom('lambda_versions').where('function_id', '=', functionId).where('version', '=', version).compile(),
    1,
  );

/** With everything that belongs to it. */
export const removeFunction = (id: string): Statement[] => [
  statement(sql.deleteFrom('lambda_functions').where('id', '=', id).compile(), 1),
  statement(sql.deleteFrom('lambda_versions').where('function_id', '=', id).compile()),
  statement(sql.deleteFrom('lambda_settings').where('function_id', '=', id).compile()),
  statement(sql.deleteFrom('lambda_events').where('function_id', '=', id).compile()),
];

export const insertSetting = (row: SettingRow): Statement =>
  statement(sql.insertInto('lambda_settings').values(row).compile(), 1);

/** Writes over what is there. */
export function putSetting(row: SettingRow): Statement {
  const { document, revision_id } = row;
  const insert = sql
    .insertInto('lambda_settings')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['function_id', 'kind', 'qualifier']).doUpdateSet({ document, revision_id }),
    );
  return statement(insert.compile());
}

/** Misses if it has changed since it was read. */
export function changeSetting(read: SettingRow, change: Partial<SettingRow>): Statement {
  const query = sql
    .updateTable('lambda_settings')
    .set(change)
    .where('function_id', '=', read.function_id)
    .where('kind', '=', read.kind)
    .where('qualifier', '=', read.qualifier)
    .where('revision_id', '=', read.revision_id);
  return statement(query.compile(), 1);
}

export function removeSettings(functionId: string, kind: SettingRow['kind'], qualifier: string): Statement {
  const query = sql
    .deleteFrom('lambda_settings')
    .where('function_id', '=', functionId)
    .where('kind', '=', kind)
    .where('qualifier', '=', qualifier);
  return statement(query.compile());
}

/** Of these blobs, those that a version or a layer still names. */
export async function usedCode(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const [versions, layers] = await Promise.all([
    database.read(
      sql
        .selectFrom('lambda_versions')
        .select('code_id')
        .where('code_id', 'in', [...ids])
        .compile(),
    ),
    database.read(
      sql
        .selectFrom('lambda_layer_versions')
        .select('code_id')
        .where('code_id', 'in', [...ids])
        .compile(),
    ),
  ]);
  return new Set([...versions, ...layers].flatMap(({ code_id }) => (code_id ? [code_id] : [])));
}
