/**
 * The lease of a PostgreSQL schema. It is an advisory lock of a session: PostgreSQL frees it when the server that holds it is killed. A holder that is alive but
 * does not answer (paused, or cut off) stops its heartbeat; another server then ends the holder's session and takes the lock. Fenced writes use the
 * session that holds the lock, so a holder whose session has ended cannot write.
 */
import type { Client } from 'pg';
import type { Log } from '../../kit/log.ts';
import type { Lease } from '../lease.ts';
import { connect, type Target } from './connection.ts';
import { Connection } from './reconnecting.ts';

/** The first half of each advisory lock's key; the second is the schema. */
const leaseLock = 4_203;
/** Each server holds it shared, so that it can be found out whether there are others. */
const presenceLock = 4_204;

const beatMs = 1000;
/** Without a heartbeat for so long, the holder's session is ended. */
const silenceMs = 6000;

export class LeaseLost extends Error {
  constructor() {
    super('another server has taken over the background work of this database');
  }
}

const schemaKey = 'hashtext(current_schema())';

export class PostgresLease implements Lease {
  readonly #target: Target;
  readonly #log: Log;
  readonly #listeners: (() => void)[] = [];
  /** Holds the lock; fenced writes use it, so nothing else may run on it. */
  #client: Client | undefined;
  readonly #pulse: Connection;
  #held = false;
  #term = 0;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(target: Target, log: Log) {
    this.#target = target;
    this.#log = log;
    this.#pulse = new Connection(target, log);
  }

  /**
   * Takes the lease if it is free. The schema must exist. `folder` identifies the data folder: throws if a server with another one uses the schema. Left
   * out: for programs that are no server.
   */
  static async open(target: Target, log: Log, folder: string | undefined): Promise<PostgresLease> {
    const lease = new PostgresLease(target, log);
    if (folder !== undefined) await lease.#joinFolder(folder);
    await lease.#beat();
    lease.#schedule();
    return lease;
  }

  get isHeld(): boolean {
    return this.#held;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Counts how often this server has got the lease: work that began in one term must not write in a later one. */
  get term(): number {
    return this.#term;
  }

  /** The session that holds the lock in this term. Throws LeaseLost. */
  async client(term: number): Promise<Client> {
    if (!this.#held || !this.#client || term !== this.#term) throw new LeaseLost();
    return this.#client;
  }

  async isAlone(): Promise<boolean> {
    const client = await this.#session();
    const { rows } = await client.query<{ alone: boolean }>(
      `select pg_try_advisory_lock(${presenceLock}, ${schemaKey}) as alone`,
    );
    if (rows[0]?.alone) await client.query(`select pg_advisory_unlock(${presenceLock}, ${schemaKey})`);
    return rows[0]?.alone ?? false;
  }

  async release(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    this.#held = false;
    await this.#client?.end();
    await this.#pulse.close();
  }

  /** Servers that share a schema share objects, keys and runs, too. */
  async #joinFolder(folder: string): Promise<void> {
    const isFirst = await this.isAlone();
    const pulse = await this.#pulse.get();
    await pulse.query(
      `insert into server_lease (id, folder) values (1, $1) on conflict (id) do update
       set folder = case when $2 then excluded.folder else server_lease.folder end`,
      [folder, isFirst],
    );
    const { rows } = await pulse.query<{ folder: string }>('select folder from server_lease');
    if (rows[0]?.folder === folder) return;
    await this.release();
    throw new Error(
      `a server with another data folder uses the schema ${this.#target.schema} of this database: stop it, share its data folder, or name another schema with ?schema=NAME`,
    );
  }

  async #session(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = await connect(this.#target, (ended) => {
      if (this.#client !== ended) return;
      this.#client = undefined;
      this.#become(false);
    });
    await client.query(`select pg_advisory_lock_shared(${presenceLock}, ${schemaKey})`);
    this.#client = client;
    return client;
  }

  #become(held: boolean): void {
    if (this.#held === held || this.#closed) return;
    this.#held = held;
    if (held) this.#term += 1;
    else this.#log.warn('lease: lost, background work stops on this server');
    for (const listener of this.#listeners) listener();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat()
        .catch((error) => this.#log.warn('lease: database does not answer, will retry', { error }))
        .finally(() => this.#schedule());
    }, beatMs);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    const client = await this.#session();
    const pulse = await this.#pulse.get();
    if (!this.#held) {
      await this.#endSilentHolder(pulse);
      const { rows } = await client.query<{ held: boolean }>(
        `select pg_try_advisory_lock(${leaseLock}, ${schemaKey}) as held`,
      );
      if (!rows[0]?.held) return;
    }
    await pulse.query('update server_lease set beat_at = clock_timestamp()');
    this.#become(true);
  }

  /** By the database's clock: servers' clocks may differ. */
  async #endSilentHolder(client: Client): Promise<void> {
    const { rows } = await client.query<{ pid: number; ended: boolean }>(
      `select pid, pg_terminate_backend(pid) as ended from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
         and classid = ${leaseLock} and objid = ${schemaKey}::bigint & 4294967295 and granted and pid <> pg_backend_pid()
         and exists (select 1 from server_lease where beat_at < clock_timestamp() - interval '${silenceMs} milliseconds')`,
    );
    for (const { pid } of rows) this.#log.warn('lease: ended the session of a server that does not answer', { pid });
  }
}
