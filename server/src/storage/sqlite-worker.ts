/**
 * The thread that owns the SQLite connection. It takes every message that is waiting, runs their writes as one transaction (each in a savepoint of
 * its own, so that one that misses fails alone), commits once, answers, then reads. Must never be imported by the thread that serves requests.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { keepCompiled } from '../kit/keep-compiled.ts';
import type { Migration } from './migration.ts';
import type { NamedStatements } from './statement-names.ts';

export interface WorkerData {
  readonly file: string;
  readonly migrations: readonly Migration[];
}

interface NamedStatement {
  readonly name: number;
  readonly parameters: readonly unknown[];
  readonly rows?: number | undefined;
}

export type Asked =
  | ({ readonly kind: 'read' } & NamedStatement)
  | { readonly kind: 'write'; readonly statements: readonly NamedStatement[] }
  | { readonly kind: 'close' };

type Request = { readonly id: number } & Asked;

export interface Batch {
  readonly requests: readonly Request[];
  /** Statements that these ask for the first time. */
  readonly named: NamedStatements | undefined;
}

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

/** By the numbers that the other side gave them. */
const texts = new Map<number, string>();
const prepared = new Map<number, StatementSync>();
/** Messages that share a commit: the first of them waits for all. */
const maxGathered = 2000;

let oldest = 0;

function forget(): void {
  for (const name of texts.keys()) {
    if (name >= oldest) return;
    texts.delete(name);
    prepared.delete(name);
  }
}

function prepare(name: number): StatementSync {
  let statement = prepared.get(name);
  if (!statement) {
    statement = database.prepare(texts.get(name) ?? '');
    prepared.set(name, statement);
  }
  return statement;
}

const own = {
  begin: database.prepare('begin immediate'),
  commit: database.prepare('commit'),
  save: database.prepare('savepoint one_write'),
  release: database.prepare('release one_write'),
};

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
    for (const statement of statements) database.exec(typeof statement === 'string' ? statement : statement.sqlite);
    database.prepare('insert into schema_migrations values (?, ?)').run(name, Date.now());
  }
  database.exec('commit');
}

type Write = Extract<Request, { kind: 'write' }>;

/** Runs one write inside the open transaction; undefined means that it holds. */
function runWrite({ id, statements }: Write): Reply | undefined {
  own.save.run();
  let index = 0;
  try {
    for (; index < statements.length; index++) {
      const { name, parameters, rows } = statements[index] as NamedStatement;
      const { changes } = prepare(name).run(...parameters.map(value));
      if (rows === undefined || Number(changes) === rows) continue;
      database.exec('rollback to one_write; release one_write');
      return {
        id,
        conflict: { index, reason: 'rows', message: `statement ${index} touched ${changes} rows, not ${rows}` },
      };
    }
    own.release.run();
    return undefined;
  } catch (error) {
    database.exec('rollback to one_write; release one_write');
    const { errcode, message } = error as Error & { errcode?: number };
    // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY: https://www.sqlite.org/rescode.html
    if (errcode === 2067 || errcode === 1555) return { id, conflict: { index, reason: 'unique', message } };
    return { id, error: new Error(message, { cause: texts.get(statements[index]?.name ?? -1) }) };
  }
}

function runWrites(writes: readonly Write[]): Reply[] {
  try {
    own.begin.run();
    const replies = writes.map((write) => runWrite(write) ?? { id: write.id, rows: [] });
    own.commit.run();
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return writes.map(({ id }) => ({ id, error: error as Error }));
  }
}

function runRead({ id, name, parameters }: Extract<Request, { kind: 'read' }>): Reply {
  try {
    return { id, rows: prepare(name).all(...parameters.map(value)) };
  } catch (error) {
    return { id, error: new Error((error as Error).message, { cause: texts.get(name) }) };
  }
}

port.on('message', (first: Batch) => {
  const requests: Request[] = [];
  for (let batch: Batch | undefined = first; batch; ) {
    for (const [name, sql] of batch.named?.texts ?? []) texts.set(name, sql);
    oldest = batch.named?.from ?? oldest;
    for (const request of batch.requests) requests.push(request);
    batch = requests.length < maxGathered ? receiveMessageOnPort(port)?.message : undefined;
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
  // Not before: what is gathered may have been asked for by numbers of before.
  forget();
  if (close) port.close();
});
port.postMessage([]);
keepCompiled();
