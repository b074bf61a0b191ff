/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
import type { ScanInput } from '@aws-sdk/client-dynamodb';
import { nameIn } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { scopeOf } from '../expressions/scope.ts';
import { invalid } from '../invalid.ts';
import { onItems } from '../items/item-access.ts';
import { checkNestedPaths } from '../items/keys.ts';
import { projectionOf } from '../items/projections.ts';
import { checkDistinctNames, checkExpressionUse } from '../items/request.ts';
import { usableTable } from '../tables/find-table.ts';
import { segmentBounds } from '../values/key-bytes.ts';
import { filterOf, legacyFilter } from './filters.ts';
import { readPage } from './read-page.ts';
import {
  checkIndexStart,
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

const expressions = ['ProjectionExpression', 'FilterExpression'];
const others = ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'];

export const scan: DynamoDbOperation<'Scan'> = {
  audit: { data: true },
  access: (input, call, deps) => onItems('Scan', input, [], call, deps),
  async handle(input, call, deps) {
    checkExpressionUse(input, expressions, others);
    checkDistinctNames(input.AttributesToGet);
    const early = legacyFilter(input.ScanFilter, input.ConditionalOperator);
    const start = readStartKey(input.ExclusiveStartKey);
    checkSegments(input);
    const scope = scopeOf(input);
    const filter = early ?? filterOf(input.FilterExpression, scope);
    const projection = projectionOf(input, scope);
    scope.checkUsed();
    checkSelect(input);
    const table = await usableTable(deps, call, nameIn(input.TableName));
    const index = indexOf(table, input);
    if (start && Object.keys(start).length !== startNames(table, index).size)
      throw invalid(
        `The provided starting key is invalid${index ? '' : ': The provided key element does not match the schema'}`,
      );
    if (start && index) checkIndexStart(start, index);
    checkSelectOfIndex(index, input);
    if (start) checkTableKey(start, table);
    const { Segment: segment = 0, TotalSegments: total = 1 } = input;
    const bounds = segmentBounds(segment, total);
    let { from } = bounds;
    if (start) {
      const at = startBytes(start, table, index);
      if (Buffer.compare(at, bounds.from) < 0 || (bounds.to && Buffer.compare(at, bounds.to) >= 0))
        throw invalid(
          `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${total} Segment: ${segment}`,
        );
      from = Buffer.concat([at, Buffer.from([0])]);
    }
    checkNestedPaths(projection.nested, table);
    checkNestedPaths(filter.nested, table);
    checkProjectionOfIndex(index, projection);
    const page = await readPage(deps, { table, index, from, to: bounds.to, backward: false, limit: input.Limit });
    const fromTable = needsTable(index, input, projection, filter.heads);
    return pageAnswer(deps, 'Scan', { table, index, page, filter: filter.keeps, projection, fromTable }, input);
  },
};

function checkSegments({ Segment: segment, TotalSegments: total }: ScanInput): void {
  if (segment && total === undefined)
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  if (total === undefined) return;
  if (segment === undefined)
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  if (segment >= total)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
}
