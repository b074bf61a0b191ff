/** A connection that is opened at its first use and reopened, with back-off, after it was lost. */
import type { Client } from 'pg';
import { backoffMs } from '../../kit/backoff.ts';
import type { Log } from '../../kit/log.ts';
import { connect, isConnectionLoss, type Target } from './connection.ts';
import { LockHeld } from './exclusive.ts';

/** A request waits so long for a connection that was lost; then it fails, and the client may try again. */
const patienceMs = 15_000;
/** The session of a server that was killed ends at once; one that still holds the lock after this time is alive. */
const lockPatienceMs = 2000;
const firstBackoffMs = 50;
const capBackoffMs = 2000;

/** The server is starting or stopping, has too many connections, or another session still holds the lock. Wrong names and passwords are final. */
const isTemporary = (error: unknown) =>
  isConnectionLoss(error) || error instanceof LockHeld || (error as { code?: string }).code === '53300';

export class Connection {
  readonly #target: Target;
  readonly #log: Log;
  #client: Promise<Client> | undefined;
  readonly #onConnect: (client: Client) => Promise<void>;
  #closed = false;

  /** `onConnect` runs on each new connection before it is used; where it throws, the connection is not used. */
  constructor(target: Target, log: Log, onConnect: (client: Client) => Promise<void> = async () => {}) {
    this.#target = target;
    this.#log = log;
    this.#onConnect = onConnect;
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
    try {
      await this.#onConnect(client);
    } catch (error) {
      await client.end();
      throw error;
    }
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
        const limitMs = started + (error instanceof LockHeld ? lockPatienceMs : patienceMs);
        if (this.#closed || !isTemporary(error) || performance.now() + waitMs > limitMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }
}
