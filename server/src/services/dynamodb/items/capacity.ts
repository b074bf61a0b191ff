/**
 * Capacity that a request used up:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { heldBy, type Table } from '../tables/definition.ts';
import { itemSize } from '../values/size.ts';
import type { Item } from '../values/value.ts';

export type CapacityWanted = 'INDEXES' | 'TOTAL' | 'NONE' | undefined;

/** Units of a table and of its indexes by their names. */
export interface Units {
  readonly table: number;
  readonly indexes: ReadonlyMap<string, number>;
}

const noIndexes: ReadonlyMap<string, number> = new Map();
const writeUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 1024));

/** Of reading this many bytes; nothing that was found counts as one item. */
export const readUnits = (bytes: number, isConsistent: boolean | undefined): number =>
  Math.max(1, Math.ceil(bytes / 4096)) / (isConsistent ? 1 : 2);

/** A change counts the larger of the item before and after, and each index whose entry changes. */
export function unitsOfChange(
  table: Table,
  before: { item: Item; size: number } | undefined,
  after: Item | undefined,
  size: number,
): Units {
  const own = writeUnits(Math.max(before?.size ?? 0, size));
  if (table.indexes.length === 0) return { table: own, indexes: noIndexes };
  const indexes = new Map<string, number>();
  for (const index of table.indexes) {
    const old = before && heldBy(index, before.item);
    const next = after && heldBy(index, after);
    if (old === undefined && next === undefined) continue;
    if (old !== undefined && next !== undefined && JSON.stringify(old) === JSON.stringify(next)) continue;
    const isMoved =
      old !== undefined &&
      next !== undefined &&
      [index.hash, index.range].some(
        (part) => part && JSON.stringify(old[part.name]) !== JSON.stringify(next[part.name]),
      );
    const [oldUnits, nextUnits] = [old, next].map((item) => (item ? writeUnits(itemSize(item)) : 0)) as [
      number,
      number,
    ];
    indexes.set(index.name, isMoved ? oldUnits + nextUnits : Math.max(oldUnits, nextUnits));
  }
  return { table: own, indexes };
}

/** The answer's member; undefined where it was not asked for. */
export function consumed(
  table: Table,
  { table: own, indexes }: Units,
  wanted: CapacityWanted,
  kind?: 'ReadCapacityUnits' | 'WriteCapacityUnits',
): ConsumedCapacity | undefined {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  const unitsOf = (units: number) => ({ CapacityUnits: units, ...(kind && { [kind]: units }) });
  const total = [...indexes.values()].reduce((sum, units) => sum + units, own);
  const answer: ConsumedCapacity = { TableName: table.name, ...unitsOf(total) };
  if (wanted === 'TOTAL') return answer;
  answer.Table = unitsOf(own);
  for (const { name, isGlobal } of table.indexes) {
    const units = indexes.get(name);
    if (units === undefined) continue;
    const member = isGlobal ? 'GlobalSecondaryIndexes' : 'LocalSecondaryIndexes';
    answer[member] = { ...answer[member], [name]: unitsOf(units) };
  }
  return answer;
}
