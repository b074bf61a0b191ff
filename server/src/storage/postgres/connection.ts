/** Connections to PostgreSQL, each with the same settings. */
import { Client, type ClientConfig } from 'pg';
import { typeParsers } from './values.ts';

export interface PostgresOptions {
  /** `postgres://user@host:port/database?schema=clary`. The password may also come from PGPASSWORD or ~/.pgpass. */
  readonly url: string;
}

export interface Target {
  readonly config: ClientConfig;
  readonly schema: string;
}

export function targetOf({ url }: PostgresOptions): Target {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema') ?? 'clary';
  parsed.searchParams.delete('schema');
  const config: ClientConfig = {
    connectionString: parsed.href,
    application_name: 'clary',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    types: typeParsers,
  };
  return { config, schema };
}

/** `onEnd` is called once, when the connection is lost: also for an attempt that fails, before this function has returned its client. */
export async function connect({ config, schema }: Target, onEnd: (client: Client) => void = () => {}): Promise<Client> {
  const client = new Client(config);
  let ended = false;
  const end = () => {
    if (!ended) onEnd(client);
    ended = true;
  };
  client.on('error', end);
  client.on('end', end);
  try {
    await client.connect();
    await client.query(
      `set search_path to ${client.escapeIdentifier(schema)}, public; set synchronous_commit to on; set timezone to 'UTC'`,
    );
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return client;
}

/** Class 08 and the server's own endings: https://www.postgresql.org/docs/15/errcodes-appendix.html. Errors of the socket have no SQLSTATE. */
export function isConnectionLoss(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /connection|socket|not queryable/i.test(String((error as Error).message));
  return /^(08|57P0)/.test(code) || /^(E[A-Z]+)$/.test(code);
}
