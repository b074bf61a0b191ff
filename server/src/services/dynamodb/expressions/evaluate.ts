/** Whether an item meets a condition. */
import { beginsWith, binaryLength, contains, equal, order } from '../values/compare.ts';
import { type Item, typeOf, type Value } from '../values/value.ts';
import type { Comparator, Condition, FunctionCall, Operand } from './condition.ts';
import { valueAt } from './paths.ts';

export function meets(item: Item, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return meets(item, condition.left) && meets(item, condition.right);
    case 'or':
      return meets(item, condition.left) || meets(item, condition.right);
    case 'not':
      return !meets(item, condition.of);
    case 'compare': {
      const [one, other] = condition.args.map((arg) => resolve(arg, item));
      return holds(condition.comparator, one, other);
    }
    case 'between': {
      const [value, lower, upper] = condition.args.map((arg) => resolve(arg, item));
      return holds('>=', value, lower) && holds('<=', value, upper);
    }
    case 'in': {
      const [value, ...others] = condition.args.map((arg) => resolve(arg, item));
      return others.some((other) => holds('=', value, other));
    }
    case 'function':
      return functionHolds(item, condition);
  }
}

export function holds(comparator: Comparator, one: Value | undefined, other: Value | undefined): boolean {
  // What is missing differs from everything.
  if (one === undefined || other === undefined) return comparator === '<>';
  if (comparator === '=') return equal(one, other);
  if (comparator === '<>') return !equal(one, other);
  const sign = order(one, other);
  if (sign === undefined) return false;
  if (comparator === '<') return sign < 0;
  if (comparator === '<=') return sign <= 0;
  return comparator === '>' ? sign > 0 : sign >= 0;
}

function functionHolds(item: Item, { name, args }: FunctionCall): boolean {
  const [one, other] = args.map((arg) => resolve(arg, item));
  switch (name) {
    case 'attribute_exists':
      return one !== undefined;
    case 'attribute_not_exists':
      return one === undefined;
    case 'attribute_type':
      return one !== undefined && typeOf(one) === other?.S;
    case 'begins_with':
      return one !== undefined && other !== undefined && beginsWith(one, other);
    case 'contains':
      return one !== undefined && other !== undefined && contains(one, other);
    default:
      return false;
  }
}

function resolve(operand: Operand, item: Item): Value | undefined {
  if (operand.kind === 'path') return valueAt(item, operand.path);
  if (operand.kind === 'value') return operand.value;
  const [argument] = operand.args;
  const value = argument && resolve(argument, item);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: Value): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return binaryLength(value.B);
  const many = value.SS ?? value.NS ?? value.BS ?? value.L;
  if (many !== undefined) return many.length;
  return value.M && Object.keys(value.M).length;
}
