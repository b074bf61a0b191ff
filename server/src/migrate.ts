/** `clary migrate`: moves a data folder's metadata between SQLite and PostgreSQL. A program of its own, started by the command line while no server runs. */
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { lockFolder, recordDatabase } from './data-folder.ts';
import { createLog } from './kit/log.ts';
import { databaseName, joinServers, leaveServers, openDatabase } from './open-database.ts';
import { copyDatabase } from './storage/copy-database.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, from: { type: 'string', default: 'sqlite' }, to: { type: 'string' } },
});

async function migrate(): Promise<void> {
  if (values.to === undefined) throw new Error('--to is missing: sqlite, or postgres://user@host:5432/database');
  const folder = values.data === undefined ? [] : ['--data', values.data];
  const configOf = (database: string) => readConfig([...folder, '--database', database], process.env);
  const log = createLog('warn', (line) => process.stderr.write(line));
  /** The lock of the folder is enough for SQLite. */
  async function refuseWhileUsed(database: string): Promise<void> {
    const servers = await joinServers(configOf(database), log);
    const isAlone = await servers.lease.isAlone();
    await leaveServers(servers);
    if (!isAlone) throw new Error('a server uses the PostgreSQL schema: stop it first');
  }
  const lock = await lockFolder(configOf(values.from).dataDir);
  try {
    for (const database of [values.from, values.to]) await refuseWhileUsed(database);
    const from = await openDatabase(configOf(values.from), log);
    const to = await openDatabase(configOf(values.to), log);
    const copied = await copyDatabase(from, to, ({ table, rows, hash }) =>
      console.log(`${table.padEnd(36)} ${String(rows).padStart(9)} rows  ${hash.slice(0, 16)}`),
    ).finally(() => Promise.all([from.close(), to.close()]));
    await recordDatabase(configOf(values.to).dataDir, databaseName(configOf(values.to)));
    const rows = copied.reduce((sum, table) => sum + table.rows, 0);
    console.log(
      `${copied.length} tables, ${rows} rows: counts and hashes agree. Start with: clary up --database ${values.to}`,
    );
  } finally {
    await lock.release();
  }
}

migrate().catch((error: Error) => {
  console.error(`clary migrate: ${error.message}`);
  process.exitCode = 1;
});
