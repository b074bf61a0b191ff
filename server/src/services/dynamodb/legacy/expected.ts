/** Expected: conditions of writes before there were expressions. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.Expected.html */
import type { ExpectedAttributeValue } from '@aws-sdk/client-dynamodb';
import { invalidParameter } from '../invalid.ts';
import { type GivenValue, readValue } from '../values/read-value.ts';
import { attributeOf, type Item, type Value } from '../values/value.ts';
import { type Comparison, checkAlike, comparisonHolds, takesCount } from './comparisons.ts';

export type Expected = ReadonlyMap<string, { readonly comparison: Comparison; readonly values: readonly Value[] }>;

export function checkExpected(given: Readonly<Record<string, ExpectedAttributeValue>>): Expected {
  return new Map(Object.entries(given).map(([name, expected]) => [name, checkOne(name, expected)]));
}

function checkOne(
  name: string,
  expected: ExpectedAttributeValue,
): { comparison: Comparison; values: readonly Value[] } {
  const { AttributeValueList: list, Value: value, ComparisonOperator: comparison, Exists: exists } = expected;
  if (list !== undefined && value !== undefined)
    throw invalidParameter(`Value and AttributeValueList cannot be used together for Attribute: ${name}`);
  if (comparison !== undefined) return compared(name, comparison, expected);
  if (list !== undefined)
    throw invalidParameter(`AttributeValueList can only be used with a ComparisonOperator for Attribute: ${name}`);
  if (exists !== false && value === undefined)
    throw invalidParameter(
      `Value must be provided when Exists is ${exists === undefined ? 'null' : exists} for Attribute: ${name}`,
    );
  if (exists === false && value !== undefined)
    throw invalidParameter(`Value cannot be used when Exists is false for Attribute: ${name}`);
  return value === undefined
    ? { comparison: 'NULL', values: [] }
    : { comparison: 'EQ', values: [readValue(value as GivenValue)] };
}

function compared(name: string, comparison: Comparison, expected: ExpectedAttributeValue) {
  const { AttributeValueList: list, Value: value, Exists: exists } = expected;
  if (exists !== undefined)
    throw invalidParameter(`Exists and ComparisonOperator cannot be used together for Attribute: ${name}`);
  if (comparison !== 'NULL' && comparison !== 'NOT_NULL' && list === undefined && value === undefined)
    throw invalidParameter(
      `Value or AttributeValueList must be used with ComparisonOperator: ${comparison} for Attribute: ${name}`,
    );
  const values = (list ?? (value === undefined ? [] : [value])).map((one) => readValue(one as GivenValue));
  if (!takesCount(comparison, values.length))
    throw invalidParameter(`Invalid number of argument(s) for the ${comparison} ComparisonOperator`);
  checkAlike(comparison, values);
  return { comparison, values };
}

export function meetsExpected(item: Item, expected: Expected, operator: string | undefined): boolean {
  const holds = [...expected].map(([name, { comparison, values }]) =>
    comparisonHolds(comparison, attributeOf(item, name), values),
  );
  return operator === 'OR' ? holds.some(Boolean) : holds.every(Boolean);
}
