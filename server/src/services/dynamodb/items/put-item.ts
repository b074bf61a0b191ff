/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */

import { nameIn } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { itemSize, maxItemBytes } from '../values/size.ts';
import { writeItem } from '../values/write-value.ts';
import { readCondition } from './conditions.ts';
import { onItems } from './item-access.ts';
import { checkItemKeys, checkNestedPaths, itemKeyBytes } from './keys.ts';
import { mutate, overwrite } from './mutate.ts';
import { checkExpressionUse } from './request.ts';
import { changeAnswer, refuseUnmet } from './write-answer.ts';

export const putItem: DynamoDbOperation<'PutItem'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('PutItem', input, [input.Item], call, deps),
  async handle(input, call, deps) {
    checkExpressionUse(input, ['ConditionExpression'], ['Expected']);
    const item = readItem(input.Item ?? {});
    const { ReturnValues: wanted } = input;
    if (wanted !== undefined && wanted !== 'ALL_OLD' && wanted !== 'NONE')
      throw invalid('ReturnValues can only be ALL_OLD or NONE');
    if (itemSize(item) > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    const condition = readCondition(input);
    const found = usableTable(deps, call, nameIn(input.TableName));
    const table = found instanceof Promise ? await found : found;
    checkItemKeys(item, table);
    checkNestedPaths(condition.nested, table);
    const key = itemKeyBytes(item, table);
    const asksBefore = condition.given || wanted === 'ALL_OLD' || input.ReturnConsumedCapacity !== undefined;
    const mutation =
      table.indexes.length === 0 && !asksBefore
        ? await overwrite(deps, call, table, key, item)
        : await mutate(deps, call, table, key, (before, current) => {
            refuseUnmet(condition, before, input);
            checkItemKeys(item, current);
            return item;
          });
    const { before } = mutation;
    return {
      ...(wanted === 'ALL_OLD' && before && { Attributes: writeItem(before.item) }),
      ...changeAnswer(deps, mutation, input),
    };
  },
};
