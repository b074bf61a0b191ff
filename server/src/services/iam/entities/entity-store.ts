/** The only SQL that is the same for users, groups, roles, policies and instance profiles: names, ids, paths and how many there may be. */
import { type RawBuilder, sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { type EntityTables, iamTables } from '../tables.ts';

export type EntityTable = keyof EntityTables;

const compile = <Row>(query: RawBuilder<Row>) => query.compile(iamTables);

export function insertEntity<T extends EntityTable>(table: T, row: EntityTables[T]): Statement {
  const names = Object.keys(row);
  const columns = sql.join(names.map((name) => sql.ref(name)));
  const values = sql.join(names.map((name) => sql.val(row[name as keyof EntityTables[T]])));
  return statement(compile(sql`insert into ${sql.table(table)} (${columns}) values (${values})`));
}

/** Fails the write if the entity was deleted: precedes what is added to it. */
export function requireEntity(table: EntityTable, id: string): Statement {
  return statement(compile(sql`update ${sql.table(table)} set account = account where id = ${id}`), 1);
}

/** Fails the write if the account now has more than `limit` of them: goes after the one that was added. */
export function requireEntityQuota(table: EntityTable, id: string, account: string, limit: number): Statement {
  const count = sql`(select count(*) from ${sql.table(table)} where account = ${account})`;
  return statement(
    compile(sql`update ${sql.table(table)} set account = account where id = ${id} and ${count} <= ${limit}`),
    1,
  );
}

/** Misses if the entity was deleted. */
export function updateEntity<T extends EntityTable>(
  table: T,
  id: string,
  changes: Partial<EntityTables[T]>,
): Statement {
  const assignments = Object.entries(changes).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  return statement(compile(sql`update ${sql.table(table)} set ${sql.join(assignments)} where id = ${id}`), 1);
}

/** A table whose rows may refer to the entity. */
export interface EntityHolder {
  readonly table: string;
  readonly column: string;
  readonly value: string;
  /** Only rows where this column has a value. */
  readonly filled?: string;
}

const held = ({ table, column, value, filled }: EntityHolder) => {
  const also = filled === undefined ? sql`` : sql` and ${sql.ref(filled)} is not null`;
  return sql`exists (select 1 from ${sql.table(table)} where ${sql.ref(column)} = ${value}${also})`;
};

/** Misses if the entity was deleted or is in use. */
export function removeEntity(table: EntityTable, id: string, holders: readonly EntityHolder[]): Statement {
  const free = holders.map((holder) => sql`not ${held(holder)}`);
  const conditions = sql.join([sql`id = ${id}`, ...free], sql` and `);
  return statement(compile(sql`delete from ${sql.table(table)} where ${conditions}`), 1);
}

/** The first that does refer to it. */
export async function findHolder<H extends EntityHolder>(
  database: Database,
  holders: readonly H[],
): Promise<H | undefined> {
  for (const holder of holders) {
    const rows = await database.read(compile(sql<{ held: number }>`select ${held(holder)} as held`));
    if (rows[0]?.held) return holder;
  }
  return undefined;
}

async function findBy<T extends EntityTable>(
  database: Database,
  table: T,
  condition: RawBuilder<unknown>,
): Promise<EntityTables[T] | undefined> {
  const query = sql<EntityTables[T]>`select * from ${sql.table(table)} where ${condition}`;
  return (await database.read(compile(query)))[0];
}

export const findEntity = <T extends EntityTable>(database: Database, table: T, account: string, name: string) =>
  findBy(database, table, sql`account = ${account} and name = ${name}`);

export const findEntityById = <T extends EntityTable>(database: Database, table: T, id: string) =>
  findBy(database, table, sql`id = ${id}`);

export const findEntityByArn = <T extends EntityTable>(database: Database, table: T, arn: string) =>
  findBy(database, table, sql`arn = ${arn}`);

/** By name, one row more than the range's limit where there are more; without a range all of them. */
export function listEntities<T extends EntityTable>(
  database: Database,
  table: T,
  account: string,
  pathPrefix: string = '/',
  range?: PageRange,
  condition: RawBuilder<unknown> = sql`true`,
): Promise<EntityTables[T][]> {
  const after = range?.after === undefined ? sql`` : sql` and name > ${range.after}`;
  const limit = range === undefined ? sql`` : sql` limit ${range.limit + 1}`;
  const query = sql<EntityTables[T]>`select * from ${sql.table(table)}
    where account = ${account} and substr(path, 1, ${pathPrefix.length}) = ${pathPrefix} and ${condition}${after}
    order by name${limit}`;
  return database.read(compile(query));
}

export async function countEntities(database: Database, table: EntityTable, account: string): Promise<number> {
  const query = sql<{ count: number }>`select count(*) as count from ${sql.table(table)} where account = ${account}`;
  return (await database.read(compile(query)))[0]?.count ?? 0;
}
