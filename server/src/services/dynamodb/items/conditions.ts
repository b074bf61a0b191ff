/** The condition of a write: ConditionExpression, or Expected before there were expressions. */
import type { ExpectedAttributeValue } from '@aws-sdk/client-dynamodb';
import type { ParsedCondition } from '../expressions/condition.ts';
import { meets } from '../expressions/evaluate.ts';
import { parseCondition } from '../expressions/parse-condition.ts';
import { type Placeholders, type Scope, scopeOf } from '../expressions/scope.ts';
import { checkExpected, meetsExpected } from '../legacy/expected.ts';
import type { Item } from '../values/value.ts';

export interface WriteCondition {
  readonly given: boolean;
  readonly isMet: (item: Item) => boolean;
  readonly nested: ReadonlySet<string>;
}

export interface Conditional extends Placeholders {
  readonly ConditionExpression?: string | undefined;
  readonly Expected?: Readonly<Record<string, ExpectedAttributeValue>> | undefined;
  readonly ConditionalOperator?: string | undefined;
}

const none: ReadonlySet<string> = new Set();
const always: WriteCondition = { given: false, isMet: () => true, nested: none };

export function readCondition(input: Conditional): WriteCondition {
  if (input.Expected !== undefined) {
    const expected = checkExpected(input.Expected);
    scopeOf(input).checkUsed();
    return { given: true, isMet: (item) => meetsExpected(item, expected, input.ConditionalOperator), nested: none };
  }
  if (
    input.ConditionExpression === undefined &&
    input.ExpressionAttributeNames === undefined &&
    input.ExpressionAttributeValues === undefined
  )
    return always;
  const scope = scopeOf(input);
  const condition = conditionOf(input.ConditionExpression, scope);
  scope.checkUsed();
  return condition;
}

export function conditionOf(expression: string | undefined, scope: Scope): WriteCondition {
  if (expression === undefined) return always;
  const parsed: ParsedCondition = parseCondition('ConditionExpression', expression, scope);
  return { given: true, isMet: (item) => meets(item, parsed.condition), nested: parsed.nested };
}
