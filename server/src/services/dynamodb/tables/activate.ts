/** A table, or what was changed of it, is ready. */
import type { DynamoDbDeps } from '../deps.ts';
import type { Table, TableDefinition } from './definition.ts';
import { changeTable } from './table-store.ts';
import { reached } from './throughput-updates.ts';

type Deps = Pick<DynamoDbDeps, 'database' | 'tables'>;

/** Indexes that are being deleted are gone; what belongs to them must have been removed. */
export async function activate(deps: Deps, table: Table, changes: Partial<TableDefinition> = {}): Promise<void> {
  const { definition } = table;
  const indexes = definition.indexes
    .filter(({ status }) => status !== 'DELETING')
    .map(({ isBackfilling: _, ...index }) => ({
      ...index,
      ...(index.throughput && { throughput: reached(index.throughput) }),
      status: 'ACTIVE' as const,
    }));
  const changed = { ...definition, throughput: reached(definition.throughput), indexes, ...changes };
  await deps.database.write([changeTable({ ...table, status: 'ACTIVE', definition: changed })]);
  deps.tables.forget(table);
}
