/** A connection that is opened at its first use and reopened, with back-off, after it was lost. */
import type { Client } from 'pg';
import { backoffMs } from '../../kit/backoff.ts';
import type { Log } from '../../kit/log.ts';
import { connect, isConnectionLoss, type Target } from './connection.ts';

/** A request waits so long for a connection that was lost; then it fails, and the client may try again. */
const patienceMs = 15_000;
const firstBackoffMs = 50;
const capBackoffMs = 2000;

/** The server is starting or stopping, or has too many connections. Wrong names and passwords are final. */
const isTemporary = (error: unknown) => isConnectionLoss(error) || (error as { code?: string }).code === '53300';

export class Connection {
  readonly #target: Target;
  readonly #log: Log;
  #client: Promise<Client> | undefined;
  #closed = false;

  constructor(target: Target, log: Log) {
    this.#target = target;
    this.#log = log;
  }

  get(): Promise<Client> {
    if (this.#closed) return Promise.reject(new Error('the database is closed'));
    this.#client ??= this.#connect().catch((error) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #lost(): void {
    this.#client = undefined;
    if (!this.#closed) this.#log.warn('database: connection lost, will reconnect');
  }

  async #open(): Promise<Client> {
    let isOpen = false;
    let hasEnded = false;
    const client = await connect(this.#target, () => {
      hasEnded = true;
      // An attempt that fails is retried by #connect; only the loss of a connection in use is reported.
      if (isOpen) this.#lost();
    });
    if (hasEnded) throw new Error('the connection ended while it was opened');
    isOpen = true;
    return client;
  }

  async #connect(): Promise<Client> {
    const started = performance.now();
    for (let failures = 1; ; failures++) {
      try {
        return await this.#open();
      } catch (error) {
        const waitMs = backoffMs(failures, firstBackoffMs, capBackoffMs, Math.random());
        if (this.#closed || !isTemporary(error) || performance.now() + waitMs > started + patienceMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }
}
