/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
import type { QueryInput } from '@aws-sdk/client-dynamodb';
import { nameIn } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { parseCondition } from '../expressions/parse-condition.ts';
import { scopeOf } from '../expressions/scope.ts';
import { invalid } from '../invalid.ts';
import { onItems } from '../items/item-access.ts';
import { checkKeyPart, checkNestedPaths } from '../items/keys.ts';
import { projectionOf } from '../items/projections.ts';
import { checkDistinctNames, checkExpressionUse } from '../items/request.ts';
import { comparisonHolds } from '../legacy/comparisons.ts';
import { type Key, partsOf, type Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { equal } from '../values/compare.ts';
import { attributeOf, type Item } from '../values/value.ts';
import { type Filter, filterOf, legacyFilter } from './filters.ts';
import {
  checkKeyConditions,
  checkKeyValues,
  checkSchema,
  type KeyConditions,
  keyConditionsOf,
  rangeOf,
} from './key-conditions.ts';
import { readPage } from './read-page.ts';
import {
  checkProjectionOfIndex,
  checkSelect,
  checkSelectOfIndex,
  checkTableKey,
  indexOf,
  needsTable,
  pageAnswer,
  readStartKey,
  startBytes,
  startNames,
} from './select.ts';

const expressions = ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'];
const others = ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'];

export const query: DynamoDbOperation<'Query'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('Query', input, [], call, deps),
  async handle(input, call, deps) {
    checkExpressionUse(input, expressions, others);
    const early = legacyFilter(input.QueryFilter, input.ConditionalOperator);
    checkDistinctNames(input.AttributesToGet);
    const start = readStartKey(input.ExclusiveStartKey);
    const { projection, filter: late, conditions } = readExpressions(input);
    const filter = early ?? late;
    const table = await usableTable(deps, call, nameIn(input.TableName));
    const index = indexOf(table, input);
    const key: Key = index ?? table;
    if (start && Object.keys(start).length !== startNames(table, index).size)
      throw invalid('The provided starting key is invalid');
    checkSchema(conditions, key, (part, isHash) => {
      if (start === undefined) return;
      if (attributeOf(start, part.name) === undefined) throw invalid('The provided starting key is invalid');
      checkKeyPart(start, part, isHash);
    });
    if (start) checkStart(start, conditions, key, table);
    checkNestedPaths(projection.nested, table);
    checkFilterHeads(filter, input, key);
    checkSelectOfIndex(index, input);
    checkNestedPaths(filter.nested, table);
    checkProjectionOfIndex(index, projection);
    const backward = input.ScanIndexForward === false;
    let { from, to } = rangeOf(conditions, key);
    if (start) {
      const at = startBytes(start, table, index);
      if (backward) to = at;
      else from = Buffer.concat([at, zeroByte]);
    }
    const page = await readPage(deps, { table, index, from, to, backward, limit: input.Limit });
    const fromTable = needsTable(index, input, projection, filter.heads);
    return pageAnswer(deps, 'Query', { table, index, page, filter: filter.keeps, projection, fromTable }, input);
  },
};

/** The next key after one has a zero byte more. */
const zeroByte = Buffer.from([0]);

function readExpressions(input: QueryInput) {
  if (input.KeyConditions === undefined && input.KeyConditionExpression === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  const scope = scopeOf(input);
  const keyed = input.KeyConditionExpression;
  const parsed = keyed === undefined ? undefined : parseCondition('KeyConditionExpression', keyed, scope);
  const filter = filterOf(input.FilterExpression, scope);
  const projection = projectionOf(input, scope);
  scope.checkUsed();
  const all = parsed ? keyConditionsOf(parsed) : checkKeyConditions(input.KeyConditions ?? {});
  checkKeyValues(all);
  checkSelect(input);
  return { projection, filter, conditions: all };
}

function checkStart(start: Item, conditions: KeyConditions, key: Key, table: Table): void {
  checkTableKey(start, table);
  const hashValue = conditions.get(key.hash.name)?.values[0];
  const startHash = attributeOf(start, key.hash.name);
  const isElsewhere = !hashValue || !startHash || !equal(hashValue, startHash);
  const range = key.range && conditions.get(key.range.name);
  if (range === undefined || key.range === undefined) {
    if (isElsewhere)
      throw invalid('The provided starting key is outside query boundaries based on provided conditions');
    return;
  }
  if (!comparisonHolds(range.comparison, attributeOf(start, key.range.name), range.values))
    throw invalid('The provided starting key does not match the range key predicate');
  if (isElsewhere) throw invalid('The query can return at most one row and cannot be restarted');
}

function checkFilterHeads(filter: Filter, input: QueryInput, key: Key): void {
  const what = input.QueryFilter ? 'QueryFilter' : 'Filter Expression';
  for (const { name } of partsOf(key))
    if (filter.heads.has(name))
      throw invalid(`${what} can only contain non-primary key attributes: Primary key attribute: ${name}`);
}
