/** SQLite behind the interface of database.ts: every statement runs in a worker thread, so no SQL ever blocks the thread that serves requests. */
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { CompiledQuery } from 'kysely';
import { Conflict, type Database, type Statement } from './database.ts';
import type { Migration } from './migration.ts';
import type { Asked, Batch, Reply, WorkerData } from './sqlite-worker.ts';
import { StatementNames } from './statement-names.ts';

interface Waiting {
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: Error) => void;
}

export interface SqliteOptions {
  /** The database file; created if it is missing, with mode 0600. */
  readonly file: string;
  readonly migrations: readonly Migration[];
}

class SqliteDatabase implements Database {
  readonly dialect = 'sqlite';
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #names = new StatementNames();
  #leaving: Batch['requests'][number][] = [];
  #nextId = 1;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the database is closed')));
  }

  read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    const { sql, parameters } = query;
    return this.#send({ kind: 'read', name: this.#names.of(sql), parameters }) as Promise<Row[]>;
  }

  async write(statements: readonly Statement[]): Promise<void> {
    if (statements.length === 0) return;
    const named = statements.map(({ sql, parameters, rows }) => ({ name: this.#names.of(sql), parameters, rows }));
    await this.#send({ kind: 'write', statements: named });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    await this.#send({ kind: 'close' });
    await this.#worker.terminate();
  }

  /** All requests of one turn of the event loop share a message: waking the thread costs more than most queries. */
  #send(asked: Asked): Promise<unknown[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (this.#leaving.length === 0) setImmediate(() => this.#post());
      this.#leaving.push({ id, ...asked });
    });
  }

  #post(): void {
    const requests = this.#leaving;
    this.#leaving = [];
    this.#worker.postMessage({ requests, named: this.#names.taken() } satisfies Batch);
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (!waiting) return;
    if ('rows' in reply) waiting.resolve(reply.rows);
    else if ('error' in reply) waiting.reject(reply.error);
    else waiting.reject(new Conflict(reply.conflict.index, reply.conflict.reason, reply.conflict.message));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** Opens the file and migrates its schema. Throws if it cannot be opened or a newer version wrote it. */
export async function openSqliteDatabase({ file, migrations }: SqliteOptions): Promise<Database> {
  // SQLite would make it readable for every user; its companions (-wal, -shm) get the mode of the file.
  await (await open(file, 'a', 0o600)).close();
  const workerData: WorkerData = { file, migrations };
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData,
    // Flags of the process are not for this thread; node:sqlite still warns that it is experimental.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return new SqliteDatabase(worker);
}
