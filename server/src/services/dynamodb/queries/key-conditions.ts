/** KeyConditionExpression as the conditions on the key's attributes, and those as a range of keys. */
import type { Condition as GivenCondition } from '@aws-sdk/client-dynamodb';
import type { Condition, Operand, ParsedCondition } from '../expressions/condition.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { type CheckedCondition, type Comparison, checkCondition, checkConditions } from '../legacy/comparisons.ts';
import { type Key, partsOf } from '../tables/definition.ts';
import { after, type KeyPart, keyBytes, partBytes, prefixBytes } from '../values/key-bytes.ts';
import type { Value } from '../values/value.ts';

export type KeyConditions = ReadonlyMap<string, CheckedCondition>;

const comparisons: Readonly<Record<string, Comparison>> = { '=': 'EQ', '<': 'LT', '<=': 'LE', '>': 'GT', '>=': 'GE' };
const mirrored: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Throws for a condition that no key can have; that needs no table. */
export function keyConditionsOf({ condition }: ParsedCondition): KeyConditions {
  const found = new Map<string, CheckedCondition>();
  collect(condition, found);
  return found;
}

export const checkKeyConditions = (given: Readonly<Record<string, GivenCondition>>): KeyConditions =>
  checkConditions(given);

const refused = (operator: string) => invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);

function collect(condition: Condition, into: Map<string, CheckedCondition>): void {
  switch (condition.kind) {
    case 'and':
      collect(condition.left, into);
      collect(condition.right, into);
      break;
    case 'or':
    case 'not':
    case 'in':
      throw refused(condition.kind.toUpperCase());
    case 'between':
      if (condition.args[0].kind !== 'path') throw wrongFirst('BETWEEN');
      note('BETWEEN', condition.args, into);
      break;
    case 'compare': {
      if (condition.comparator === '<>') throw refused('<>');
      const [one, other] = condition.args;
      const isMirrored = one.kind === 'value' && other.kind === 'path';
      const comparator = isMirrored ? mirrored[condition.comparator] : condition.comparator;
      note(comparisons[comparator ?? ''] ?? 'EQ', isMirrored ? [other, one] : [one, other], into);
      break;
    }
    case 'function':
      if (condition.name !== 'begins_with') throw refused(condition.name);
      if (condition.args[0]?.kind !== 'path') throw wrongFirst('begins_with');
      note('BEGINS_WITH', condition.args, into);
      break;
  }
}

const wrongFirst = (name: string) =>
  invalid(
    `Invalid condition in KeyConditionExpression: ${name} operator must have the key attribute as its first operand`,
  );

function note(comparison: Comparison, args: readonly Operand[], into: Map<string, CheckedCondition>): void {
  let name: string | undefined;
  for (const arg of args) {
    if (arg.kind === 'function') throw invalid('KeyConditionExpressions cannot contain nested operations');
    if (arg.kind !== 'path') continue;
    if (name !== undefined)
      throw invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
    if (arg.path.length > 1) throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
    name = String(arg.path[0]);
  }
  if (name === undefined) throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  if (into.has(name)) throw invalid('KeyConditionExpressions must only contain one condition per key');
  const values = args.flatMap((arg): Value[] => (arg.kind === 'value' && arg.value ? [arg.value] : []));
  into.set(name, { comparison, values });
}

export function checkKeyValues(conditions: KeyConditions): void {
  for (const { comparison, values } of conditions.values()) checkCondition(comparison, values);
  if (conditions.size !== 1 && conditions.size !== 2) throw invalid('Conditions can be of length 1 or 2 only');
}

const notIndexable: ReadonlySet<string> = new Set(['NULL', 'NOT_NULL', 'NE', 'CONTAINS', 'NOT_CONTAINS', 'IN']);

/** Against the keys of a table or index. */
export function checkSchema(
  conditions: KeyConditions,
  key: Key,
  checkStart: (part: Key['hash'], isHash: boolean) => void,
): void {
  const parts = partsOf(key);
  for (const part of parts) {
    const isHash = part === key.hash;
    checkStart(part, isHash);
    if (isHash && parts.length === 1 && conditions.size > 1) throw invalid('Query key condition not supported');
    const condition = conditions.get(part.name);
    if (condition === undefined) {
      if (isHash || conditions.size > 1) throw invalid(`Query condition missed key schema element: ${part.name}`);
      continue;
    }
    if (notIndexable.has(condition.comparison))
      throw invalid('Attempted conditional constraint is not an indexable operation');
    if (condition.values.some((value) => value[part.type] === undefined))
      throw invalidParameter('Condition parameter type does not match schema type');
    if (isHash && condition.comparison !== 'EQ') throw invalid('Query key condition not supported');
  }
}

/** The range of keys that meet the conditions. */
export function rangeOf(conditions: KeyConditions, { hash, range }: Key): { from: Buffer; to: Buffer | undefined } {
  const partOf = (value: Value | undefined, type: Key['hash']['type']): KeyPart => ({
    type,
    text: value?.[type] ?? '',
  });
  const start = keyBytes(partOf(conditions.get(hash.name)?.values[0], hash.type), undefined);
  const condition = range && conditions.get(range.name);
  if (range === undefined || condition === undefined) return { from: start, to: after(start) };
  const [first, second] = condition.values.map((value) => partOf(value, range.type)) as [KeyPart, KeyPart];
  const at = (part: KeyPart) => Buffer.concat([start, partBytes(part)]);
  switch (condition.comparison) {
    case 'LT':
      return { from: start, to: at(first) };
    case 'LE':
      return { from: start, to: after(at(first)) };
    case 'GT':
      return { from: after(at(first)) ?? start, to: after(start) };
    case 'GE':
      return { from: at(first), to: after(start) };
    case 'BETWEEN':
      return { from: at(first), to: after(at(second)) };
    case 'BEGINS_WITH': {
      const prefix = Buffer.concat([start, prefixBytes(first)]);
      return { from: prefix, to: after(prefix) };
    }
    default:
      return { from: at(first), to: after(at(first)) };
  }
}
