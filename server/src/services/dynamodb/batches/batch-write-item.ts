/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html: each write stands for itself. */
import type { BatchWriteItemOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { consumed, type Units, unitsOfChange } from '../items/capacity.ts';
import { onItems } from '../items/item-access.ts';
import { checkItemKeys, checkKey, itemKeyBytes } from '../items/keys.ts';
import { type Mutation, mutate, overwrite } from '../items/mutate.ts';
import { collectionOf } from '../items/write-answer.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { itemSize, maxItemBytes } from '../values/size.ts';
import type { Item } from '../values/value.ts';

interface Write {
  /** Undefined: the item is deleted. */
  readonly put: Item | undefined;
  /** The item or its key. */
  readonly item: Item;
}

const maxWrites = 25;

export const batchWriteItem: DynamoDbOperation<'BatchWriteItem'> = {
  audit: { data: true },
  async access(input, call, deps) {
    const all = Object.entries(input.RequestItems ?? {}).map(([name, writes]) => {
      const items = writes.map(({ PutRequest: put, DeleteRequest: remove }) => put?.Item ?? remove?.Key);
      return onItems('BatchWriteItem', { TableName: name }, items, call, deps);
    });
    const needed = (await Promise.all(all)).flat();
    return needed.length > 0 ? needed : onTable('BatchWriteItem', undefined, call, deps);
  },
  async handle(input, call, deps) {
    const requests = Object.entries(input.RequestItems).map(([name, writes]) => [name, readWrites(writes)] as const);
    if (requests.reduce((sum, [, writes]) => sum + writes.length, 0) > maxWrites)
      throw invalid('Too many items requested for the BatchWriteItem call');
    const found: { name: string; table: Table; writes: { write: Write; key: Buffer }[] }[] = [];
    for (const [name, writes] of requests) {
      const table = await usableTable(deps, call, nameIn(name));
      found.push({ name, table, writes: withKeys(writes, table) });
    }
    const answer: BatchWriteItemOutput = { UnprocessedItems: {} };
    for (const { name, table, writes } of found) {
      const mutations = await Promise.all(
        writes.map(({ write, key }) => {
          const isBlind = table.indexes.length === 0 && input.ReturnConsumedCapacity === undefined;
          if (write.put !== undefined && isBlind) return overwrite(deps, call, table, key, write.put);
          return mutate(deps, call, table, key, () => write.put);
        }),
      );
      const units = sum(mutations);
      deps.metrics.write(table, units);
      const capacity = consumed(table, units, input.ReturnConsumedCapacity);
      if (capacity) answer.ConsumedCapacity = [...(answer.ConsumedCapacity ?? []), capacity];
      const collections =
        input.ReturnItemCollectionMetrics === 'SIZE' ? mutations.flatMap((one) => collectionOf(one) ?? []) : [];
      if (collections.length > 0)
        answer.ItemCollectionMetrics = { ...answer.ItemCollectionMetrics, [name]: collections };
    }
    return answer;
  },
};

function readWrites(given: readonly WriteRequest[]): Write[] {
  if (given.some(({ PutRequest: put, DeleteRequest: remove }) => (put === undefined) === (remove === undefined)))
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  return given.map(({ PutRequest: put, DeleteRequest: remove }) => {
    if (put === undefined) return { put: undefined, item: readItem(remove?.Key ?? {}) };
    const item = readItem(put.Item ?? {});
    if (itemSize(item) > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    return { put: item, item };
  });
}

const wrongKey = /Missing the key|Type mismatch for key/;

function withKeys(writes: readonly Write[], table: Table): { write: Write; key: Buffer }[] {
  const seen = new Set<string>();
  return writes.map((write) => {
    try {
      if (write.put === undefined) checkKey(write.item, table);
      else checkItemKeys(write.item, table);
    } catch (error) {
      // Other than a single write (observed).
      if (wrongKey.test((error as Error).message)) throw invalid('The provided key element does not match the schema');
      throw error;
    }
    const key = itemKeyBytes(write.item, table);
    const text = key.toString('latin1');
    if (seen.has(text)) throw invalid('Provided list of item keys contains duplicates');
    seen.add(text);
    return { write, key };
  });
}

function sum(mutations: readonly Mutation[]): Units {
  const indexes = new Map<string, number>();
  let own = 0;
  for (const { table, before, after, size } of mutations) {
    const units = unitsOfChange(table, before, after, size);
    own += units.table;
    for (const [name, one] of units.indexes) indexes.set(name, (indexes.get(name) ?? 0) + one);
  }
  return { table: own, indexes };
}
