/**
 * Writes, one group after the other: all that wait share a commit, each in its own savepoint, so that one that misses fails alone. An advisory lock makes
 * the groups of all servers follow each other, which is the guarantee that SQLite's single writer gives the stores.
 */
import type { Client } from 'pg';
import { Conflict, type Statement } from '../database.ts';
import { isConnectionLoss } from './connection.ts';
import type { PreparedTexts } from './prepared-texts.ts';

interface Write {
  readonly statements: readonly Statement[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

type Outcome = { readonly write: Write; readonly error?: Error };

/** Writes that share a commit: the first of them waits for all. */
const maxGathered = 200;
const writeLock = 4_202;

const uniqueViolation = '23505';

/** Runs one write inside the open transaction; returns why it failed. Throws if the connection is lost. */
async function runWrite(client: Client, { statements }: Write, texts: PreparedTexts): Promise<Error | undefined> {
  await client.query('savepoint one_write');
  let index = 0;
  try {
    for (; index < statements.length; index++) {
      const statement = statements[index] as Statement;
      const { rowCount } = await client.query(texts.queryOf(statement));
      if (statement.rows === undefined || rowCount === statement.rows) continue;
      await client.query('rollback to one_write; release one_write');
      return new Conflict(index, 'rows', `statement ${index} touched ${rowCount} rows, not ${statement.rows}`);
    }
    await client.query('release one_write');
    return undefined;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    await client.query('rollback to one_write; release one_write');
    const { code, message } = error as Error & { code?: string };
    if (code === uniqueViolation) return new Conflict(index, 'unique', message);
    return new Error(message, { cause: statements[index]?.sql });
  }
}

async function runGroup(client: Client, writes: readonly Write[], texts: PreparedTexts): Promise<Outcome[]> {
  await client.query(`begin; select pg_advisory_xact_lock(${writeLock})`);
  try {
    const outcomes: Outcome[] = [];
    for (const write of writes) outcomes.push({ write, error: await runWrite(client, write, texts) });
    await client.query('commit');
    return outcomes;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

export class PostgresWriter {
  readonly #connection: () => Promise<Client>;
  readonly #texts: PreparedTexts;
  readonly #waiting: Write[] = [];
  #running: Promise<void> | undefined;

  /** `connection` waits, with back-off, until there is one. */
  constructor(connection: () => Promise<Client>, texts: PreparedTexts) {
    this.#connection = connection;
    this.#texts = texts;
  }

  write(statements: readonly Statement[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statements, resolve, reject });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  /** Resolves when every pending write has its result. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // All writes of this turn of the event loop share a commit.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const writes = this.#waiting.splice(0, maxGathered);
      try {
        const client = await this.#connection();
        for (const { write, error } of await runGroup(client, writes, this.#texts)) {
          if (error) write.reject(error);
          else write.resolve();
        }
      } catch (error) {
        // Whether a commit that was under way holds is not known: the caller must not take it for done.
        for (const { reject } of writes) reject(error as Error);
      }
    }
  }
}
