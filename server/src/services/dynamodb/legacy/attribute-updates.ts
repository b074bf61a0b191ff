/** AttributeUpdates: what UpdateItem did before there were expressions. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html */
import type { AttributeValueUpdate } from '@aws-sdk/client-dynamodb';
import { added, without } from '../expressions/apply-update.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { type GivenValue, readValue } from '../values/read-value.ts';
import { attributeOf, type Item, setAttribute, typeOf, type Value } from '../values/value.ts';

export interface LegacyUpdate {
  readonly action: 'PUT' | 'ADD' | 'DELETE';
  readonly value: Value | undefined;
}

const sets = ['SS', 'NS', 'BS'];

export function checkUpdates(given: Readonly<Record<string, AttributeValueUpdate>>): ReadonlyMap<string, LegacyUpdate> {
  return new Map(
    Object.entries(given).map(([name, { Action: action = 'PUT', Value: content }]): [string, LegacyUpdate] => {
      const value = content === undefined ? undefined : readValue(content as GivenValue);
      if (value === undefined) {
        if (action !== 'DELETE')
          throw invalidParameter('Only DELETE action is allowed when no attribute value is specified');
        return [name, { action, value }];
      }
      const type = typeOf(value);
      if (action === 'DELETE' && !sets.includes(type))
        throw invalidParameter(`DELETE action with value is not supported for the type ${type}`);
      if (action === 'ADD' && ![...sets, 'L', 'N'].includes(type))
        throw invalidParameter(`ADD action is not supported for the type ${type}`);
      return [name, { action: action as LegacyUpdate['action'], value }];
    }),
  );
}

export function applyUpdates(item: Item, updates: ReadonlyMap<string, LegacyUpdate>): Item {
  const result: Record<string, Value> = { ...item };
  for (const [name, { action, value }] of updates) {
    const existing = attributeOf(result, name);
    const next = value === undefined ? undefined : resultOf(action, existing, value);
    if (next === undefined) delete result[name];
    else setAttribute(result, name, next);
  }
  return result;
}

function resultOf(action: LegacyUpdate['action'], existing: Value | undefined, value: Value): Value | undefined {
  if (action === 'PUT') return value;
  if (existing !== undefined && typeOf(existing) !== typeOf(value))
    throw invalid('Type mismatch for attribute to update');
  if (action === 'ADD') return added(existing, value);
  return existing && without(existing, value);
}
