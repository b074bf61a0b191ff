/**
 * Tables with their definitions, in memory: reading and writing items asks no SQL for its table. Whoever changes a table forgets it after the commit and
 * before answering; absence is never remembered. A write of items is guarded by the definition's generation, so that a table that changed is read again.
 */
import type { Database } from '../../../storage/database.ts';
import { type Table, tableOf } from './definition.ts';
import { findTable } from './table-store.ts';

export interface TableCache {
  /** Synchronous where it is remembered. */
  find(account: string, region: string, name: string): Table | undefined | Promise<Table | undefined>;
  forget(table: Pick<Table, 'account' | 'region' | 'name'>): void;
  forgetAll(): void;
}

/** An account has at most 2,500 tables in a region where nobody asked AWS for more. */
const maxTables = 10_000;

export function createTableCache(database: Database): TableCache {
  const kept = new Map<string, Table>();
  /** A table that is forgotten while it loads answers those who asked before and nobody else. */
  const loading = new Map<string, Promise<Table | undefined>>();
  const keyOf = (account: string, region: string, name: string) => `${account}/${region}/${name}`;

  function load(key: string, account: string, region: string, name: string): Promise<Table | undefined> {
    const isCurrent = () => loading.get(key) === loaded;
    const loaded = findTable(database, account, region, name)
      .then((row) => {
        const table = row && tableOf(row);
        if (table !== undefined && isCurrent()) keep(key, table);
        return table;
      })
      .finally(() => {
        if (isCurrent()) loading.delete(key);
      });
    loading.set(key, loaded);
    return loaded;
  }

  function keep(key: string, table: Table): void {
    const [oldest] = kept.keys();
    if (kept.size >= maxTables && oldest !== undefined) kept.delete(oldest);
    kept.set(key, table);
  }

  return {
    find(account, region, name) {
      const key = keyOf(account, region, name);
      return kept.get(key) ?? loading.get(key) ?? load(key, account, region, name);
    },
    forget({ account, region, name }) {
      const key = keyOf(account, region, name);
      kept.delete(key);
      loading.delete(key);
    },
    forgetAll() {
      kept.clear();
      loading.clear();
    },
  };
}
