/** What the answers of writes share. */
import { AwsError } from '../../../contract/aws-error.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { attributeOf, type Item, pick } from '../values/value.ts';
import { writeItem } from '../values/write-value.ts';
import { type CapacityWanted, consumed, unitsOfChange } from './capacity.ts';
import type { WriteCondition } from './conditions.ts';
import type { Mutation } from './mutate.ts';

interface Wanted {
  readonly ReturnConsumedCapacity?: CapacityWanted;
  readonly ReturnItemCollectionMetrics?: 'SIZE' | 'NONE' | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE' | undefined;
}

export function refuseUnmet(condition: WriteCondition, before: Item | undefined, wanted: Wanted): void {
  if (!condition.given || condition.isMet(before ?? {})) return;
  const isShown = wanted.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
  throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', {
    status: 400,
    ...(isShown && { fields: { Item: writeItem(before) } }),
  });
}

export function changeAnswer(deps: DynamoDbDeps, mutation: Mutation, wanted: Wanted) {
  const { table, before, after, size } = mutation;
  const units = unitsOfChange(table, before, after, size);
  deps.metrics.write(table, units);
  const capacity = consumed(table, units, wanted.ReturnConsumedCapacity);
  const collection = wanted.ReturnItemCollectionMetrics === 'SIZE' ? collectionOf(mutation) : undefined;
  return {
    ...(capacity && { ConsumedCapacity: capacity }),
    ...(collection && { ItemCollectionMetrics: collection }),
  };
}

/** Of tables with local indexes. AWS estimates the size in gigabytes; a collection here has no limit. */
export function collectionOf({ table, before, after }: Pick<Mutation, 'table' | 'before' | 'after'>) {
  if (table.indexes.every(({ isGlobal }) => isGlobal)) return undefined;
  const item = after ?? before?.item;
  const { name } = table.hash;
  if (item === undefined || attributeOf(item, name) === undefined) return undefined;
  return { ItemCollectionKey: writeItem(pick(item, [name])), SizeEstimateRangeGB: [0, 1] };
}
