/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
import { nameIn } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { writeItem } from '../values/write-value.ts';
import { readCondition } from './conditions.ts';
import { onItems } from './item-access.ts';
import { checkKey, checkNestedPaths, itemKeyBytes } from './keys.ts';
import { mutate } from './mutate.ts';
import { checkExpressionUse } from './request.ts';
import { changeAnswer, refuseUnmet } from './write-answer.ts';

export const deleteItem: DynamoDbOperation<'DeleteItem'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('DeleteItem', input, [input.Key], call, deps),
  async handle(input, call, deps) {
    checkExpressionUse(input, ['ConditionExpression'], ['Expected']);
    const given = readItem(input.Key ?? {});
    const { ReturnValues: wanted } = input;
    const condition = readCondition(input);
    if (wanted !== undefined && wanted !== 'ALL_OLD' && wanted !== 'NONE')
      throw invalid('ReturnValues can only be ALL_OLD or NONE');
    const table = await usableTable(deps, call, nameIn(input.TableName));
    checkKey(given, table);
    checkNestedPaths(condition.nested, table);
    const mutation = await mutate(deps, call, table, itemKeyBytes(given, table), (before) => {
      refuseUnmet(condition, before, input);
      return undefined;
    });
    const { before } = mutation;
    return {
      ...(wanted === 'ALL_OLD' && before && { Attributes: writeItem(before.item) }),
      ...changeAnswer(deps, mutation, input),
    };
  },
};
