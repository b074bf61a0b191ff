/** The databases that Clary runs on, for tests of what runs on each. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../server/src/kit/log.ts';
import { openDatabase } from '../../server/src/open-database.ts';
import type { Database } from '../../server/src/storage/database.ts';
import { startPostgres } from './postgres.ts';

export interface TestDatabases extends AsyncDisposable {
  /** The database of this name, made where it is missing. */
  open(name: string): Promise<Database>;
  /** What `--database` and `--data` must be for a server on it. */
  settings(name: string): Promise<{ readonly dataDir: string; readonly database: string }>;
  /** Kills what keeps the data, where that is a process of its own, and starts it again. */
  killAndRestart(): Promise<void>;
}

const log = createLog('silent', () => {});

async function started(
  url: ((name: string) => Promise<string>) | undefined,
  server?: { kill9(): Promise<void>; start(): Promise<void> } & AsyncDisposable,
): Promise<TestDatabases> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-database-'));
  const settings = async (name: string) =>
    url ? { dataDir: folder, database: await url(name) } : { dataDir: join(folder, name), database: 'sqlite' };
  const opened: Database[] = [];
  return {
    settings,
    async open(name) {
      const config = await settings(name);
      await mkdir(config.dataDir, { recursive: true });
      const database = await openDatabase(config, log);
      opened.push(database);
      return database;
    },
    async killAndRestart() {
      await server?.kill9();
      await server?.start();
    },
    async [Symbol.asyncDispose]() {
      // A test that failed left its own open.
      for (const database of opened) await database.close();
      await server?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const databaseKinds = [
  { name: 'SQLite', start: () => started(undefined) },
  {
    name: 'PostgreSQL',
    async start() {
      const postgres = await startPostgres();
      const urls = new Map<string, Promise<string>>();
      const url = (name: string) => {
        const made = urls.get(name) ?? postgres.create();
        urls.set(name, made);
        return made;
      };
      return started(url, postgres);
    },
  },
] as const;
