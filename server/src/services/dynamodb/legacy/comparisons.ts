/** The comparisons of the parameters that expressions replaced: Expected, KeyConditions, QueryFilter, ScanFilter. */
import type { ComparisonOperator, Condition } from '@aws-sdk/client-dynamodb';
import { holds } from '../expressions/evaluate.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { beginsWith, contains, order } from '../values/compare.ts';
import { type GivenValue, readValue } from '../values/read-value.ts';
import { attributeOf, type Item, typeOf, type Value } from '../values/value.ts';

export type Comparison = ComparisonOperator;

const scalar = ['S', 'N', 'B'];
const scalarOrSet = [...scalar, 'SS', 'NS', 'BS'];
/** How many values it takes, and of which types. IN takes one or more. */
const rules: Readonly<Record<Comparison, { readonly count: number; readonly types: readonly string[] }>> = {
  NULL: { count: 0, types: [] },
  NOT_NULL: { count: 0, types: [] },
  EQ: { count: 1, types: [...scalarOrSet, 'L', 'M', 'BOOL', 'NULL'] },
  NE: { count: 1, types: [...scalarOrSet, 'L', 'M', 'BOOL', 'NULL'] },
  LE: { count: 1, types: scalar },
  LT: { count: 1, types: scalar },
  GE: { count: 1, types: scalar },
  GT: { count: 1, types: scalar },
  CONTAINS: { count: 1, types: scalar },
  NOT_CONTAINS: { count: 1, types: scalar },
  BEGINS_WITH: { count: 1, types: ['S', 'B'] },
  IN: { count: 1, types: scalar },
  BETWEEN: { count: 2, types: scalar },
};

export const takesCount = (comparison: Comparison, count: number): boolean =>
  comparison === 'IN' ? count > 0 : count === rules[comparison].count;

export interface CheckedCondition {
  readonly comparison: Comparison;
  readonly values: readonly Value[];
}

export function checkConditions(given: Readonly<Record<string, Condition>>): Map<string, CheckedCondition> {
  const checked = new Map<string, CheckedCondition>();
  for (const [name, { ComparisonOperator: comparison = 'EQ', AttributeValueList: list = [] }] of Object.entries(
    given,
  )) {
    const values = list.map((value) => readValue(value as GivenValue));
    checkCondition(comparison, values);
    checked.set(name, { comparison, values });
  }
  return checked;
}

export function checkCondition(comparison: Comparison, values: readonly Value[]): void {
  if (!takesCount(comparison, values.length))
    throw invalidParameter(`Invalid number of argument(s) for the ${comparison} ComparisonOperator`);
  if (values.some((value) => typeOf(value) !== typeOf(values[0] as Value)))
    throw invalidParameter('AttributeValues inside AttributeValueList must be of same type');
  const bad = values.map(typeOf).find((type) => !rules[comparison].types.includes(type));
  if (bad !== undefined)
    throw invalidParameter(`ComparisonOperator ${comparison} is not valid for ${bad} AttributeValue type`);
  checkAlike(comparison, values);
}

/** Values of one comparison are of one type, and bounds in their order. */
export function checkAlike(comparison: Comparison, values: readonly Value[]): void {
  const [first, second] = values;
  if (first === undefined) return;
  if (values.some((value) => typeOf(value) !== typeOf(first)))
    throw invalidParameter('AttributeValues inside AttributeValueList must be of same type');
  if (comparison === 'BETWEEN' && second !== undefined && (order(first, second) ?? 0) > 0)
    throw invalid('The BETWEEN condition was provided a range where the lower bound is greater than the upper bound');
}

export function meetsAll(
  item: Item,
  conditions: ReadonlyMap<string, CheckedCondition>,
  operator: string | undefined,
): boolean {
  const results = [...conditions].map(([name, { comparison, values }]) =>
    comparisonHolds(comparison, attributeOf(item, name), values),
  );
  return operator === 'OR' ? results.some(Boolean) : results.every(Boolean);
}

export function comparisonHolds(comparison: Comparison, value: Value | undefined, values: readonly Value[]): boolean {
  const [first, second] = values;
  switch (comparison) {
    case 'NULL':
      return value === undefined;
    case 'NOT_NULL':
      return value !== undefined;
    case 'EQ':
      return holds('=', value, first);
    case 'NE':
      return holds('<>', value, first);
    case 'LE':
      return holds('<=', value, first);
    case 'LT':
      return holds('<', value, first);
    case 'GE':
      return holds('>=', value, first);
    case 'GT':
      return holds('>', value, first);
    case 'BETWEEN':
      return holds('>=', value, first) && holds('<=', value, second);
    case 'IN':
      return values.some((one) => holds('=', value, one));
    case 'CONTAINS':
      return value !== undefined && first !== undefined && contains(value, first);
    case 'NOT_CONTAINS':
      return value !== undefined && first !== undefined && !contains(value, first);
    case 'BEGINS_WITH':
      return value !== undefined && first !== undefined && beginsWith(value, first);
  }
}
