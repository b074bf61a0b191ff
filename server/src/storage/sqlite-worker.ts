/**
 * The thread that owns the SQLite connection. It takes every message that is waiting, runs their writes as one transaction (each in a savepoint of
 * its own, so that one that misses fails alone), commits once, answers, then reads. Must never be imported by the thread that serves requests.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Statement } from './database.ts';
import type { Migration } from './migration.ts';

export interface WorkerData {
  readonly file: string;
  readonly migrations: readonly Migration[];
}

export type Request =
  | { readonly id: number; readonly kind: 'read'; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly kind: 'write'; readonly statements: readonly Statement[] }
  | { readonly id: number; readonly kind: 'close' };

export type Reply =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly conflict: { index: number; reason: 'rows' | 'unique'; message: string } }
  | { readonly id: number; readonly error: Error };

const { file, migrations } = workerData as WorkerData;
const port = parentPort;
if (!port) throw new Error('sqlite-worker runs as a worker thread only');

const database = new DatabaseSync(file);
// The timeout comes first: the others may meet another process that has the file open.
database.exec(
  'pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;' +
    // 16 MiB of pages in memory, and the log of writes is carried over when it has as many: both cost more often than they help at SQLite's usual 2 and 4.
    'pragma cache_size = -16384; pragma wal_autocheckpoint = 4096',
);
migrate();

const prepared = new Map<string, StatementSync>();
const maxPrepared = 500;
/** Messages that share a commit: the first of them waits for all. */
const maxGathered = 2000;

function prepare(sql: string): StatementSync {
  let statement = prepared.get(sql);
  if (!statement) {
    if (prepared.size >= maxPrepared) prepared.clear();
    statement = database.prepare(sql);
    prepared.set(sql, statement);
  }
  return statement;
}

type Value = null | number | bigint | string | NodeJS.ArrayBufferView;
const value = (parameter: unknown): Value =>
  parameter === undefined ? null : typeof parameter === 'boolean' ? Number(parameter) : (parameter as Value);

function migrate(): void {
  database.exec('begin immediate');
  database.exec(
    'create table if not exists schema_migrations (name text primary key, applied_at integer not null) strict',
  );
  const applied = new Set(
    database
      .prepare('select name from schema_migrations')
      .all()
      .map((row) => String(row.name)),
  );
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `${file} was written by a newer version (migration ${unknown.join(', ')}): start that version, or choose another data folder`,
    );
  }
  for (const { name, statements } of migrations) {
    if (applied.has(name)) continue;
    for (const sql of statements) database.exec(sql);
    database.prepare('insert into schema_migrations values (?, ?)').run(name, Date.now());
  }
  database.exec('commit');
}

type Write = Extract<Request, { kind: 'write' }>;

/** Runs one write inside the open transaction; undefined means that it holds. */
function runWrite({ id, statements }: Write): Reply | undefined {
  database.exec('savepoint one_write');
  let index = 0;
  try {
    for (; index < statements.length; index++) {
      const { sql, parameters, rows } = statements[index] as Statement;
      const { changes } = prepare(sql).run(...parameters.map(value));
      if (rows === undefined || Number(changes) === rows) continue;
      database.exec('rollback to one_write; release one_write');
      return {
        id,
        conflict: { index, reason: 'rows', message: `statement ${index} touched ${changes} rows, not ${rows}` },
      };
    }
    database.exec('release one_write');
    return undefined;
  } catch (error) {
    database.exec('rollback to one_write; release one_write');
    const { errcode, message } = error as Error & { errcode?: number };
    // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY: https://www.sqlite.org/rescode.html
    if (errcode === 2067 || errcode === 1555) return { id, conflict: { index, reason: 'unique', message } };
    return { id, error: new Error(message, { cause: statements[index]?.sql }) };
  }
}

function runWrites(writes: readonly Write[]): Reply[] {
  try {
    database.exec('begin immediate');
    const replies = writes.map((write) => runWrite(write) ?? { id: write.id, rows: [] });
    database.exec('commit');
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return writes.map(({ id }) => ({ id, error: error as Error }));
  }
}

function runRead({ id, sql, parameters }: Extract<Request, { kind: 'read' }>): Reply {
  try {
    return { id, rows: prepare(sql).all(...parameters.map(value)) };
  } catch (error) {
    return { id, error: new Error((error as Error).message, { cause: sql }) };
  }
}

port.on('message', (first: Request) => {
  const requests = [first];
  while (requests.length < maxGathered) {
    const next = receiveMessageOnPort(port);
    if (!next) break;
    requests.push(next.message);
  }
  const writes = requests.filter((request) => request.kind === 'write');
  const replies = writes.length > 0 ? runWrites(writes) : [];
  for (const request of requests) if (request.kind === 'read') replies.push(runRead(request));
  const close = requests.find((request) => request.kind === 'close');
  if (close) {
    database.close();
    replies.push({ id: close.id, rows: [] });
  }
  port.postMessage(replies);
  if (close) port.close();
});
port.postMessage([]);
