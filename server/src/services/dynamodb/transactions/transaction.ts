/** What both kinds of transactions share. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { invalid } from '../invalid.ts';
import { type CapacityWanted, consumed } from '../items/capacity.ts';
import { cacheKey } from '../items/item-cache.ts';
import type { Table } from '../tables/definition.ts';

/** An item may be in a transaction once. */
export function checkTransaction(places: readonly { readonly table: Table; readonly key: Buffer }[]): void {
  const seen = new Set<string>();
  for (const { table, key } of places) {
    const name = cacheKey(table.id, key);
    if (seen.has(name)) throw invalid('Transaction request cannot include multiple operations on one item');
    seen.add(name);
  }
}

export interface TableUnits {
  readonly table: Table;
  readonly units: number;
}

/** The answer's member: each table once. */
export function capacities(
  all: readonly TableUnits[],
  wanted: CapacityWanted,
  kind: 'ReadCapacityUnits' | 'WriteCapacityUnits',
): { ConsumedCapacity?: ConsumedCapacity[] } {
  const sums = new Map<number, TableUnits>();
  for (const { table, units } of all) sums.set(table.id, { table, units: units + (sums.get(table.id)?.units ?? 0) });
  const answered = [...sums.values()].flatMap(
    ({ table, units }) => consumed(table, { table: units, indexes: new Map() }, wanted, kind) ?? [],
  );
  return answered.length > 0 ? { ConsumedCapacity: answered } : {};
}
