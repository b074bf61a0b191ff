/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
import { nameIn } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { project } from '../expressions/paths.ts';
import { scopeOf } from '../expressions/scope.ts';
import { invalid } from '../invalid.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { itemSize, maxItemBytes } from '../values/size.ts';
import type { Item } from '../values/value.ts';
import { writeItem } from '../values/write-value.ts';
import { conditionOf, readCondition } from './conditions.ts';
import { onItems } from './item-access.ts';
import { checkKey, checkNestedPaths, itemKeyBytes } from './keys.ts';
import { type Mutation, mutate } from './mutate.ts';
import { checkExpressionUse } from './request.ts';
import { checkUpdatedKeys, type ItemUpdate, updateOf } from './updates.ts';
import { changeAnswer, refuseUnmet } from './write-answer.ts';

export const updateItem: DynamoDbOperation<'UpdateItem'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('UpdateItem', input, [input.Key], call, deps),
  async handle(input, call, deps) {
    checkExpressionUse(input, ['UpdateExpression', 'ConditionExpression'], ['AttributeUpdates', 'Expected']);
    const given = readItem(input.Key ?? {});
    const { Expected: expected, ...rest } = input;
    const early = input.AttributeUpdates === undefined ? undefined : updateOf(input, scopeOf({}));
    const legacy =
      expected === undefined
        ? undefined
        : readCondition({ Expected: expected, ConditionalOperator: input.ConditionalOperator });
    const scope = scopeOf(rest);
    const update = early ?? updateOf(input, scope);
    const condition = legacy ?? conditionOf(input.ConditionExpression, scope);
    scope.checkUsed();
    const table = await usableTable(deps, call, nameIn(input.TableName));
    checkKey(given, table);
    update.check(table);
    checkNestedPaths(condition.nested, table);
    const mutation = await mutate(deps, call, table, itemKeyBytes(given, table), (before, current) => {
      refuseUnmet(condition, before, input);
      const after = update.apply(before ?? given);
      checkUpdatedKeys(before, after, current);
      if (itemSize(after) > maxItemBytes) throw invalid('Item size to update has exceeded the maximum allowed size');
      return after;
    });
    const attributes = attributesOf(input.ReturnValues, update, mutation);
    return {
      ...(attributes && { Attributes: writeItem(attributes) }),
      ...changeAnswer(deps, mutation, input),
    };
  },
};

function attributesOf(
  wanted: string | undefined,
  { paths }: ItemUpdate,
  { before, after = {} }: Mutation,
): Item | undefined {
  switch (wanted) {
    case 'ALL_OLD':
      return before?.item;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return before && notEmpty(project(before.item, paths));
    case 'UPDATED_NEW':
      return notEmpty(project(after, paths));
    default:
      return undefined;
  }
}

const notEmpty = (item: Item) => (Object.keys(item).length === 0 ? undefined : item);
