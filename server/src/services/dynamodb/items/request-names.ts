/** What a request says of items before it is checked: values of hash keys, and names of attributes. For conditions of policies, so it never throws. */
import { namesOfExpression, scopeForNames } from '../expressions/names.ts';
import type { Key } from '../tables/definition.ts';

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null;

/** Undefined where the request has none: a condition on them is then not met. */
export function leadingKeysOf(
  input: object,
  items: readonly (Given | undefined)[],
  hash: Key['hash'],
): readonly string[] | undefined {
  const given = input as Given;
  const values = items.map((item) => item?.[hash.name]);
  const { KeyConditions: conditions, KeyConditionExpression: expression } = given;
  if (isObject(conditions) && isObject(conditions[hash.name]))
    values.push(...((conditions[hash.name] as { AttributeValueList?: unknown[] }).AttributeValueList ?? []));
  if (typeof expression === 'string') values.push(...equalTo(expression, given, hash.name));
  const keys = values.flatMap((value) => {
    const content = isObject(value) ? value[hash.type] : undefined;
    if (content instanceof Uint8Array) return [Buffer.from(content).toString('base64')];
    return typeof content === 'string' ? [content] : [];
  });
  return keys.length === 0 ? undefined : keys;
}

/** The values to which an expression says that an attribute is equal. */
function equalTo(expression: string, given: Given, name: string): unknown[] {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = given;
  const found = [...expression.slice(0, 4096).matchAll(/([#\w]+)\s*=\s*(:\w+)|(:\w+)\s*=\s*([#\w]+)/g)];
  return found.flatMap(([, left, right, otherRight, otherLeft]) => {
    const placeholder = left ?? otherLeft ?? '';
    const meant = placeholder.startsWith('#') && isObject(names) ? names[placeholder] : placeholder;
    return meant === name && isObject(values) ? [values[right ?? otherRight ?? '']] : [];
  });
}

const expressions = [
  'ProjectionExpression',
  'FilterExpression',
  'ConditionExpression',
  'UpdateExpression',
  'KeyConditionExpression',
];
const maps = ['Expected', 'AttributeUpdates', 'KeyConditions', 'QueryFilter', 'ScanFilter'];

/** Undefined where the request names none. */
export function namesIn(input: object, items: readonly (Given | undefined)[]): readonly string[] | undefined {
  const given = input as Given;
  const names = new Set<string>(items.flatMap((item) => Object.keys(item ?? {})));
  for (const name of Array.isArray(given.AttributesToGet) ? given.AttributesToGet : []) names.add(String(name));
  for (const map of maps) if (isObject(given[map])) for (const name of Object.keys(given[map])) names.add(name);
  const scope = scopeForNames(given.ExpressionAttributeNames);
  for (const expression of expressions) {
    const text = given[expression];
    if (typeof text === 'string') for (const name of namesOfExpression(text, scope)) names.add(name);
  }
  return names.size === 0 ? undefined : [...names];
}
