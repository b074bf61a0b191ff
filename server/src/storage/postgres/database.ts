/** PostgreSQL behind the interface of database.ts: one connection that writes, a few that read. A lost connection is reopened, with back-off. */
import type { CompiledQuery } from 'kysely';
import type { Log } from '../../kit/log.ts';
import type { Database, Statement } from '../database.ts';
import { isFenced } from '../fenced.ts';
import type { Migration } from '../migration.ts';
import { PostgresChanges } from './changes.ts';
import { connect, isConnectionLoss, type PostgresOptions, type Target, targetOf } from './connection.ts';
import { PostgresLease } from './lease.ts';
import { PreparedTexts } from './prepared-texts.ts';
import { Connection } from './reconnecting.ts';
import { migrate } from './schema.ts';
import { PostgresWriter } from './writer.ts';

/** Connections that read: one query each at a time. */
const readers = 4;

class PostgresDatabase implements Database {
  readonly dialect = 'postgres';
  readonly #texts = new PreparedTexts();
  readonly #readers: readonly Connection[];
  readonly #idle: Connection[];
  readonly #queue: ((reader: Connection) => void)[] = [];
  readonly #writing: Connection;
  readonly #writer: PostgresWriter;
  /** On the session that holds the lease, in the term in which the database was opened. */
  readonly #fencedWriter: PostgresWriter;
  #closing: Promise<void> | undefined;

  constructor(target: Target, log: Log, lease: PostgresLease | undefined) {
    this.#readers = Array.from({ length: readers }, () => new Connection(target, log));
    this.#idle = [...this.#readers];
    this.#writing = new Connection(target, log);
    this.#writer = new PostgresWriter(() => this.#writing.get(), this.#texts);
    const term = lease?.term ?? 0;
    this.#fencedWriter = lease ? new PostgresWriter(() => lease.client(term), this.#texts) : this.#writer;
  }

  /** Fails if the writing connection cannot be opened. */
  async begin(): Promise<void> {
    await this.#writing.get();
  }

  async read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    if (this.#closing) throw new Error('the database is closed');
    const reader = await this.#acquire();
    try {
      return await this.#readOn(reader, query);
    } finally {
      const next = this.#queue.shift();
      if (next) next(reader);
      else this.#idle.push(reader);
    }
  }

  async write(statements: readonly Statement[]): Promise<void> {
    if (this.#closing) throw new Error('the database is closed');
    if (statements.length === 0) return;
    await (isFenced() ? this.#fencedWriter : this.#writer).write(statements);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** A read whose connection was lost is retried once: it changes nothing. */
  async #readOn<Row>(connection: Connection, query: CompiledQuery<Row>): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const client = await connection.get();
        return (await client.query(this.#texts.queryOf(query))).rows;
      } catch (error) {
        if (isConnectionLoss(error) && attempt < 3) continue;
        throw new Error((error as Error).message, { cause: query.sql });
      }
    }
  }

  async #acquire(): Promise<Connection> {
    return this.#idle.pop() ?? new Promise((resolve) => this.#queue.push(resolve));
  }

  async #close(): Promise<void> {
    await Promise.all([this.#writer.settled(), this.#fencedWriter.settled()]);
    // Each ends after the read that it is doing.
    const free = await Promise.all(this.#readers.map(() => this.#acquire()));
    await Promise.all([this.#writing, ...free].map((connection) => connection.close()));
  }
}

interface OpenOptions extends PostgresOptions {
  readonly migrations: readonly Migration[];
  readonly log: Log;
  /** Left out: writes are not fenced. */
  readonly lease?: PostgresLease | undefined;
}

/** Opens the database and migrates its schema. Throws if it cannot be reached or a newer version wrote it. */
export async function openPostgresDatabase({ migrations, log, lease, url }: OpenOptions): Promise<Database> {
  const target = targetOf({ url });
  await migrateSchema(target, migrations);
  const database = new PostgresDatabase(target, log, lease);
  try {
    await database.begin();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function migrateSchema(target: Target, migrations: readonly Migration[]): Promise<void> {
  const client = await connect(target);
  try {
    await migrate(client, target.schema, migrations);
  } finally {
    await client.end();
  }
}

/** How this server and others on the same schema divide the work. Migrates first. */
export async function joinPostgresServers(
  { migrations, log, url }: Omit<OpenOptions, 'lease'>,
  folder: string | undefined,
) {
  const target = targetOf({ url });
  await migrateSchema(target, migrations);
  const lease = await PostgresLease.open(target, log, folder);
  return { lease, changes: await PostgresChanges.open(target, log) };
}

/** Removes everything that was stored in it. */
export async function dropPostgresSchema(options: PostgresOptions): Promise<void> {
  const target = targetOf(options);
  const client = await connect(target);
  try {
    await client.query(`drop schema if exists ${client.escapeIdentifier(target.schema)} cascade`);
  } finally {
    await client.end();
  }
}
