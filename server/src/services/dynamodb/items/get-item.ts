/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
import type { GetItemInput, GetItemOutput } from '@aws-sdk/client-dynamodb';
import { nameIn } from '../access.ts';
import type { DynamoDbDeps, DynamoDbOperation } from '../deps.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import type { Item } from '../values/value.ts';
import { writeItem } from '../values/write-value.ts';
import { consumed, readUnits } from './capacity.ts';
import type { Stored } from './entry-store.ts';
import { onItems } from './item-access.ts';
import { checkKey, checkNestedPaths, itemKeyBytes } from './keys.ts';
import { storedItem } from './mutate.ts';
import { type ReadProjection, readProjection } from './projections.ts';
import { checkExpressionUse } from './request.ts';

export const getItem: DynamoDbOperation<'GetItem'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('GetItem', input, [input.Key], call, deps),
  /** Synchronous where table and item are in memory. */
  handle(input, call, deps) {
    checkExpressionUse(input, ['ProjectionExpression'], ['AttributesToGet']);
    const key = readItem(input.Key ?? {});
    const projection = readProjection(input);
    const table = usableTable(deps, call, nameIn(input.TableName));
    return table instanceof Promise
      ? table.then((found) => get(deps, found, key, projection, input))
      : get(deps, table, key, projection, input);
  },
};

function get(
  deps: DynamoDbDeps,
  table: Table,
  key: Item,
  projection: ReadProjection,
  input: GetItemInput,
): GetItemOutput | Promise<GetItemOutput> {
  checkKey(key, table);
  checkNestedPaths(projection.nested, table);
  const stored = storedItem(deps, table, itemKeyBytes(key, table));
  return stored instanceof Promise
    ? stored.then((found) => answer(deps, table, found, projection, input))
    : answer(deps, table, stored, projection, input);
}

function answer(
  deps: DynamoDbDeps,
  table: Table,
  stored: Stored | undefined,
  projection: ReadProjection,
  input: GetItemInput,
): GetItemOutput {
  const units = readUnits(stored?.size ?? 0, input.ConsistentRead);
  deps.metrics.read(table, 'GetItem', units, undefined);
  const capacity = consumed(table, { table: units, indexes: new Map() }, input.ReturnConsumedCapacity);
  return {
    ...(stored && { Item: writeItem(projection.of(stored.item)) }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}
