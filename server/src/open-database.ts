/** The database that `--database` names, with every service's schema. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Log } from './kit/log.ts';
import { migrations } from './migrations.ts';
import type { Database } from './storage/database.ts';
import { dropPostgresSchema, openPostgresDatabase } from './storage/postgres/database.ts';
import { openSqliteDatabase } from './storage/sqlite-database.ts';

type DatabaseConfig = Pick<Config, 'dataDir' | 'database'>;

const sqliteFile = ({ dataDir }: DatabaseConfig) => join(dataDir, 'clary.db');

/** `exclusive`: for a server. The data folder's own lock does that for SQLite. */
export function openDatabase(config: DatabaseConfig, log: Log, exclusive = false): Promise<Database> {
  return config.database === 'sqlite'
    ? openSqliteDatabase({ file: sqliteFile(config), migrations })
    : openPostgresDatabase({ url: config.database, migrations, log, exclusive });
}

/** For a reset. No server may have it open. */
export async function removeDatabase(config: DatabaseConfig): Promise<void> {
  if (config.database !== 'sqlite') return dropPostgresSchema({ url: config.database });
  for (const suffix of ['', '-wal', '-shm']) await rm(sqliteFile(config) + suffix, { force: true });
}
