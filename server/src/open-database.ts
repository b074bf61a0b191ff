/** The database that `--database` names, with every service's schema. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Log } from './kit/log.ts';
import { migrations } from './migrations.ts';
import { type Changes, noChanges } from './storage/changes.ts';
import type { Database } from './storage/database.ts';
import { type Lease, soleLease } from './storage/lease.ts';
import { dropPostgresSchema, joinPostgresServers, openPostgresDatabase } from './storage/postgres/database.ts';
import { PostgresLease } from './storage/postgres/lease.ts';
import { openSqliteDatabase } from './storage/sqlite-database.ts';

type DatabaseConfig = Pick<Config, 'dataDir' | 'database'>;

const sqliteFile = ({ dataDir }: DatabaseConfig) => join(dataDir, 'clary.db');

/** How the servers on a database divide the work, and what they report to each other. */
export interface Servers {
  readonly lease: Lease;
  readonly changes: Changes;
}

export const soleServer: Servers = { lease: soleLease, changes: noChanges };

/** How a database is recognized in messages and files: without its user and password. */
export function databaseName({ database }: Pick<DatabaseConfig, 'database'>): string {
  if (database === 'sqlite') return 'sqlite';
  const { hostname, port, pathname, searchParams } = new URL(database);
  return `postgres://${hostname}:${port || '5432'}${pathname}?schema=${searchParams.get('schema') ?? 'clary'}`;
}

/** The same for servers that may share a data folder: those on one PostgreSQL schema. Undefined on SQLite. */
export function folderSharing(config: Pick<DatabaseConfig, 'database'>): string | undefined {
  if (config.database === 'sqlite') return undefined;
  return createHash('sha256').update(databaseName(config)).digest('hex').slice(0, 16);
}

/** The data folder's lock allows one server on SQLite. */
export async function joinServers(config: DatabaseConfig, log: Log, platformKey?: Buffer): Promise<Servers> {
  if (config.database === 'sqlite') return soleServer;
  const folder = platformKey && createHash('sha256').update('clary/data-folder').update(platformKey).digest('hex');
  return joinPostgresServers({ url: config.database, migrations, log }, folder);
}

export async function leaveServers({ lease, changes }: Servers): Promise<void> {
  await lease.release();
  await changes.close();
}

/** With a lease: for a server. */
export function openDatabase(config: DatabaseConfig, log: Log, lease?: Lease): Promise<Database> {
  return config.database === 'sqlite'
    ? openSqliteDatabase({ file: sqliteFile(config), migrations })
    : openPostgresDatabase({
        url: config.database,
        migrations,
        log,
        lease: lease instanceof PostgresLease ? lease : undefined,
      });
}

/** For a reset. No server may have it open. */
export async function removeDatabase(config: DatabaseConfig): Promise<void> {
  if (config.database !== 'sqlite') return dropPostgresSchema({ url: config.database });
  for (const suffix of ['', '-wal', '-shm']) await rm(sqliteFile(config) + suffix, { force: true });
}
