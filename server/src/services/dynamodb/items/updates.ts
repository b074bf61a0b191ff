/** What an UpdateItem does to an item: UpdateExpression, or AttributeUpdates before there were expressions. */
import type { AttributeValueUpdate } from '@aws-sdk/client-dynamodb';
import { applyUpdate } from '../expressions/apply-update.ts';
import { parseUpdate } from '../expressions/parse-update.ts';
import type { Path } from '../expressions/paths.ts';
import type { Scope } from '../expressions/scope.ts';
import { type ParsedUpdate, setType } from '../expressions/update.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { applyUpdates, checkUpdates } from '../legacy/attribute-updates.ts';
import { namesOf, partsOf, type Table } from '../tables/definition.ts';
import { attributeOf, type Item, typeOf } from '../values/value.ts';
import { checkNestedPaths } from './keys.ts';

export interface ItemUpdate {
  readonly apply: (item: Item) => Item;
  readonly paths: readonly Path[];
  /** Refuses what a table's keys do not allow, without knowing the item. */
  readonly check: (table: Table) => void;
}

export interface Updating {
  readonly UpdateExpression?: string | undefined;
  readonly AttributeUpdates?: Readonly<Record<string, AttributeValueUpdate>> | undefined;
}

const nothing: ItemUpdate = { apply: (item) => item, paths: [], check: () => {} };

export function updateOf(input: Updating, scope: Scope): ItemUpdate {
  if (input.UpdateExpression !== undefined) return expressed(parseUpdate(input.UpdateExpression, scope));
  if (input.AttributeUpdates === undefined) return nothing;
  const updates = checkUpdates(input.AttributeUpdates);
  return {
    apply: (item) => applyUpdates(item, updates),
    paths: [...updates.keys()].map((name) => [name]),
    check: (table) =>
      checkTypes(table, new Map([...updates].map(([name, { value }]) => [name, value && typeOf(value)]))),
  };
}

function expressed({ actions, paths, nested }: ParsedUpdate): ItemUpdate {
  const heads = new Map<string, string | undefined>();
  for (const action of actions) {
    const name = String(action.path[0]);
    const type =
      action.kind === 'SET' ? setType(action.value) : action.kind === 'REMOVE' ? undefined : typeOf(action.value);
    heads.set(name, action.path.length === 1 ? type : heads.get(name));
  }
  return {
    apply: (item) => applyUpdate(item, actions),
    paths,
    check(table) {
      checkTypes(table, heads);
      checkNestedPaths(nested, table);
    },
  };
}

/** `types`: of the attributes that are updated, where the request alone says them. */
function checkTypes(table: Table, types: ReadonlyMap<string, string | undefined>): void {
  for (const name of namesOf(table))
    if (types.has(name)) throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
  for (const index of table.indexes)
    for (const { name, type } of partsOf(index)) {
      const actual = types.get(name);
      if (actual !== undefined && actual !== type)
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index.name}`,
        );
    }
}

/** After an update: what indexes are ordered by is of their types. */
export function checkUpdatedKeys(before: Item | undefined, after: Item, table: Table): void {
  for (const index of table.indexes)
    for (const { name, type } of partsOf(index)) {
      const value = attributeOf(after, name);
      if (value === undefined || value === (before && attributeOf(before, name))) continue;
      if (value[type] === undefined)
        throw invalid('The update expression attempted to update the secondary index key to unsupported type');
      if (value[type] === '')
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
    }
}
