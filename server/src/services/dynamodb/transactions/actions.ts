/** The actions of a TransactWriteItems: each is one item's change, or a condition on one. */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { scopeOf } from '../expressions/scope.ts';
import { invalid } from '../invalid.ts';
import { conditionOf, type WriteCondition } from '../items/conditions.ts';
import { checkItemKeys, checkKey, checkNestedPaths } from '../items/keys.ts';
import { checkUpdatedKeys, updateOf } from '../items/updates.ts';
import type { Table } from '../tables/definition.ts';
import { readItem } from '../values/read-value.ts';
import { itemSize, maxItemBytes } from '../values/size.ts';
import type { Item } from '../values/value.ts';

export interface Action {
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  readonly tableName: string;
  /** The item or its key. */
  readonly given: Item;
  readonly condition: WriteCondition;
  readonly showsItem: boolean;
  /** Refuses what the table's keys do not allow. */
  readonly check: (table: Table) => void;
  /** The item as it is to be; the same object for no change. */
  readonly after: (before: Item | undefined, table: Table) => Item | undefined;
}

const actions = {
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Delete: 'dynamodb:DeleteItem',
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
} as const;
const kinds = Object.keys(actions) as (keyof typeof actions)[];

export const kindOf = (item: TransactWriteItem): Action['kind'] | undefined =>
  kinds.find((kind) => item[kind] !== undefined);

export const actionName = (kind: Action['kind']): string => actions[kind].slice('dynamodb:'.length);

export function readAction(item: TransactWriteItem): Action {
  if (kinds.filter((kind) => item[kind] !== undefined).length !== 1)
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  if (item.Put !== undefined) return readPut(item.Put);
  if (item.Update !== undefined) return readUpdate(item.Update);
  return readOther(item);
}

function readPut(put: NonNullable<TransactWriteItem['Put']>): Action {
  const given = readItem(put.Item ?? {});
  if (itemSize(given) > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
  const scope = scopeOf(put);
  const condition = conditionOf(put.ConditionExpression, scope);
  scope.checkUsed();
  return {
    ...common(put, 'Put', given, condition),
    check: (table) => checkItemKeys(given, table),
    after: () => given,
  };
}

function readUpdate(update: NonNullable<TransactWriteItem['Update']>): Action {
  const given = readItem(update.Key ?? {});
  const scope = scopeOf(update);
  const change = updateOf({ UpdateExpression: update.UpdateExpression }, scope);
  const condition = conditionOf(update.ConditionExpression, scope);
  scope.checkUsed();
  return {
    ...common(update, 'Update', given, condition),
    check(table) {
      checkKey(given, table);
      change.check(table);
      checkNestedPaths(condition.nested, table);
    },
    after(before, table) {
      const after = change.apply(before ?? given);
      checkUpdatedKeys(before, after, table);
      if (itemSize(after) > maxItemBytes) throw invalid('Item size to update has exceeded the maximum allowed size');
      return after;
    },
  };
}

function readOther({ Delete: remove, ConditionCheck: check }: TransactWriteItem): Action {
  const request = remove ?? check ?? { Key: undefined, TableName: undefined };
  const given = readItem(request.Key ?? {});
  const scope = scopeOf(request);
  const condition = conditionOf(request.ConditionExpression, scope);
  scope.checkUsed();
  return {
    ...common(request, remove === undefined ? 'ConditionCheck' : 'Delete', given, condition),
    check(table) {
      checkKey(given, table);
      checkNestedPaths(condition.nested, table);
    },
    after: (before) => (remove === undefined ? before : undefined),
  };
}

interface Request {
  readonly TableName: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

const common = (
  { TableName: tableName = '', ReturnValuesOnConditionCheckFailure: shown }: Request,
  kind: Action['kind'],
  given: Item,
  condition: WriteCondition,
) => ({ kind, tableName, given, condition, showsItem: shown === 'ALL_OLD' });
