/** Notices between the servers of one schema: LISTEN and NOTIFY, and numbers that are read again and again, because a notice can be lost. */
import type { Client } from 'pg';
import type { Log } from '../../kit/log.ts';
import type { Changes } from '../changes.ts';
import { connect, type Target } from './connection.ts';

const everyMs = 500;

type Listener<Input extends unknown[]> = (...input: Input) => void;

export class PostgresChanges implements Changes {
  readonly #target: Target;
  readonly #log: Log;
  readonly #topics = new Map<string, Listener<[]>[]>();
  readonly #channels = new Map<string, Listener<[string]>[]>();
  readonly #numbers = new Map<string, number>();
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(target: Target, log: Log) {
    this.#target = target;
    this.#log = log;
  }

  static async open(target: Target, log: Log): Promise<PostgresChanges> {
    const changes = new PostgresChanges(target, log);
    await changes.#look();
    changes.#schedule();
    return changes;
  }

  onChange(topic: string, listener: () => void): void {
    this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), listener]);
  }

  onMessage(channel: string, listener: (text: string) => void): void {
    this.#channels.set(channel, [...(this.#channels.get(channel) ?? []), listener]);
  }

  send(channel: string, text: string): void {
    this.#client
      ?.query('select pg_notify($1, $2)', [this.#channel, `${process.pid} ${channel} ${text}`])
      .catch((error) => this.#log.warn('changes: message was not sent', { error }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#client?.end();
  }

  /** Names of channels are identifiers; they are one for all schemas of a database. */
  get #channel(): string {
    return `clary_${this.#target.schema}`;
  }

  async #session(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = await connect(this.#target, (ended) => {
      if (this.#client === ended) this.#client = undefined;
    });
    client.on('notification', ({ payload = '' }) => this.#receive(payload));
    await client.query("set application_name to 'clary changes'");
    await client.query(`listen ${client.escapeIdentifier(this.#channel)}`);
    this.#client = client;
    return client;
  }

  #receive(payload: string): void {
    const [, sender = '', channel = '', text = ''] = /^(\d*) (\S+) ?(.*)$/s.exec(payload) ?? [];
    if (sender === String(process.pid)) return;
    if (channel === 'changed') this.#changed(text);
    for (const listener of this.#channels.get(channel) ?? []) listener(text);
  }

  #changed(topic: string): void {
    for (const listener of this.#topics.get(topic) ?? []) listener();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch((error) => this.#log.warn('changes: database does not answer, will retry', { error }))
        .finally(() => this.#schedule());
    }, everyMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const client = await this.#session();
    const { rows } = await client.query<{ topic: string; number: number }>('select topic, number from change_numbers');
    for (const { topic, number } of rows) {
      const known = this.#numbers.get(topic);
      this.#numbers.set(topic, number);
      if (known !== undefined && known !== number) this.#changed(topic);
    }
  }
}
