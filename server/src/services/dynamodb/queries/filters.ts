/** What a Query or Scan keeps of what it reads: FilterExpression, or QueryFilter and ScanFilter before there were expressions. */
import type { Condition } from '@aws-sdk/client-dynamodb';
import { meets } from '../expressions/evaluate.ts';
import { parseCondition } from '../expressions/parse-condition.ts';
import type { Scope } from '../expressions/scope.ts';
import { checkConditions, meetsAll } from '../legacy/comparisons.ts';
import type { Item } from '../values/value.ts';

export interface Filter {
  readonly keeps: (item: Item) => boolean;
  /** Attributes that it looks at. */
  readonly heads: ReadonlySet<string>;
  readonly nested: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();
const everything: Filter = { keeps: () => true, heads: none, nested: none };

export function legacyFilter(
  given: Readonly<Record<string, Condition>> | undefined,
  operator: string | undefined,
): Filter | undefined {
  if (given === undefined) return undefined;
  const conditions = checkConditions(given);
  return { keeps: (item) => meetsAll(item, conditions, operator), heads: new Set(conditions.keys()), nested: none };
}

export function filterOf(expression: string | undefined, scope: Scope): Filter {
  if (expression === undefined) return everything;
  const { condition, heads, nested } = parseCondition('FilterExpression', expression, scope);
  return { keeps: (item) => meets(item, condition), heads, nested };
}
