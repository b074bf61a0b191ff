/**
 * Copies every table from one database to another of the other kind and compares both: counts, and the sum of the hashes of all rows, which does not depend on
 * their order. The schemas must be of the same version; the target must be empty.
 */
import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { queryBuilder } from './query-builder.ts';

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** Sum of the SHA-256 of the rows, modulo 2^256, in hexadecimal. */
  readonly hash: string;
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** A column whose values the database counts by itself. */
  readonly counted: string | undefined;
}

type Row = Readonly<Record<string, unknown>>;

const builder = queryBuilder<Record<string, never>>();
const read = <R>(database: Database, query: RawBuilder<R>) => database.read(query.compile(builder));
const pageSize = 500;
const names = (columns: readonly string[]) => sql.join(columns.map((name) => sql.ref(name)));

/** SQLite's catalogue, which both schemas have in common. */
async function tablesOf(sqlite: Database): Promise<Table[]> {
  const found = await read(
    sqlite,
    sql<{ name: string; definition: string }>`select name, sql as definition from sqlite_master
      where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> 'schema_migrations' order by name`,
  );
  return Promise.all(
    found.map(async ({ name, definition }) => {
      const columns = await read(
        sqlite,
        sql<{ name: string; pk: number }>`select name, pk from pragma_table_info(${name})`,
      );
      const key = columns.filter(({ pk }) => pk > 0).sort((one, other) => one.pk - other.pk);
      return {
        name,
        columns: columns.map((column) => column.name),
        key: key.map((column) => column.name),
        counted: /\bautoincrement\b/i.test(definition) ? key[0]?.name : undefined,
      };
    }),
  );
}

/** In the order of the key, page by page. A table without a key has one page. */
async function* pagesOf(database: Database, { name, columns, key }: Table): AsyncGenerator<Row[]> {
  const all = sql`select ${names(columns)} from ${sql.table(name)}`;
  if (key.length === 0) {
    yield read(database, sql<Row>`${all}`);
    return;
  }
  let last: Row | undefined;
  for (;;) {
    const values = last && sql.join(key.map((column) => sql.val(last?.[column])));
    const after = values ? sql`where (${names(key)}) > (${values})` : sql``;
    const rows: Row[] = await read(database, sql<Row>`${all} ${after} order by ${names(key)} limit ${pageSize}`);
    yield rows;
    last = rows.at(-1);
    if (rows.length < pageSize) return;
  }
}

function hashOf(row: Row, columns: readonly string[]): bigint {
  const values = columns.map((name) => {
    const value = row[name];
    return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
  });
  return BigInt(`0x${createHash('sha256').update(JSON.stringify(values)).digest('hex')}`);
}

async function summaryOf(database: Database, table: Table): Promise<CopiedTable> {
  let rows = 0;
  let sum = 0n;
  for await (const page of pagesOf(database, table)) {
    rows += page.length;
    for (const row of page) sum += hashOf(row, table.columns);
  }
  return { table: table.name, rows, hash: BigInt.asUintN(256, sum).toString(16).padStart(64, '0') };
}

async function copyTable(from: Database, to: Database, table: Table): Promise<void> {
  const { name, columns, key, counted } = table;
  for await (const page of pagesOf(from, table)) {
    const values = page.map((row) => sql`(${sql.join(columns.map((column) => sql.val(row[column])))})`);
    const insert = sql`insert into ${sql.table(name)} (${names(columns)}) values ${sql.join(values)}`.compile(builder);
    // A table without a key may have been filled by its migration.
    const clear = key.length === 0 ? [sql`delete from ${sql.table(name)}`.compile(builder)] : [];
    if (page.length === 0) continue;
    await to.write([...clear, { ...insert, rows: page.length }]);
  }
  if (counted !== undefined && to.dialect === 'postgres') {
    const highest = sql`select max(${sql.ref(counted)}) from ${sql.table(name)}`;
    await read(
      to,
      sql`select setval(pg_get_serial_sequence(${name}, ${counted}), (${highest})) where (${highest}) is not null`,
    );
  }
}

/** Throws where the target is not empty, or is not the same afterwards. */
export async function copyDatabase(
  from: Database,
  to: Database,
  onTable: (copied: CopiedTable) => void = () => {},
): Promise<CopiedTable[]> {
  if (from.dialect === to.dialect) throw new Error(`both databases are ${from.dialect}: one must be the other kind`);
  const tables = await tablesOf(from.dialect === 'sqlite' ? from : to);
  for (const { name, key } of tables) {
    const [row] = key.length > 0 ? await read(to, sql`select 1 as found from ${sql.table(name)} limit 1`) : [];
    if (row) throw new Error(`the target is not empty: its table ${name} has rows`);
  }
  const copied: CopiedTable[] = [];
  for (const table of tables) {
    await copyTable(from, to, table);
    const [before, after] = await Promise.all([summaryOf(from, table), summaryOf(to, table)]);
    if (before.rows !== after.rows || before.hash !== after.hash) {
      throw new Error(`table ${table.name} differs after the copy: ${before.rows} rows before, ${after.rows} after`);
    }
    copied.push(after);
    onTable(after);
  }
  return copied;
}
