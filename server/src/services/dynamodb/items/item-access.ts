/**
 * Permission on the item or items of a request, with DynamoDB's condition keys:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
import type { Call } from '../../../contract/call.ts';
import type { Access, ContextValue } from '../../../contract/operation.ts';
import { onTable } from '../access.ts';
import type { DynamoDbDeps } from '../deps.ts';
import type { Table } from '../tables/definition.ts';
import { leadingKeysOf, namesIn } from './request-names.ts';

export interface ItemRequest {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly Select?: string | undefined;
}

/** The items or keys that a request has; empty for those that only have conditions. */
type GivenItems = readonly (Readonly<Record<string, unknown>> | undefined)[];

export function onItems(
  action: string,
  input: ItemRequest,
  items: GivenItems,
  call: Call,
  deps: DynamoDbDeps,
  enclosing?: string,
): Access[] | Promise<Access[]> {
  const context = (table: Table | undefined) => contextOf(input, items, table, enclosing);
  return onTable(action, input.TableName, call, deps, { index: input.IndexName, context });
}

/** The names in a request are looked for only where a policy asks. */
function contextOf(
  input: ItemRequest,
  items: GivenItems,
  table: Table | undefined,
  enclosing: string | undefined,
): Readonly<Record<string, ContextValue>> {
  return {
    'dynamodb:ReturnValues': input.ReturnValues,
    'dynamodb:ReturnConsumedCapacity': input.ReturnConsumedCapacity,
    'dynamodb:Select': input.Select,
    'dynamodb:EnclosingOperation': enclosing,
    get 'dynamodb:LeadingKeys'() {
      const index = table?.indexes.find(({ name }) => name === input.IndexName);
      const key = index ?? table;
      return key && leadingKeysOf(input, items, key.hash);
    },
    get 'dynamodb:Attributes'() {
      return namesIn(input, items);
    },
  };
}
