/** Permission on the item of a request, with DynamoDB's condition keys. */
import type { Call } from '../../../contract/call.ts';
import type { Access, ContextValue } from '../../../contract/operation.ts';
import { onTable } from '../access.ts';
import type { DynamoDbDeps } from '../deps.ts';

interface ItemRequest {
  readonly TableName?: string | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly Select?: string | undefined;
}

type GivenItem = Readonly<Record<string, unknown>> | undefined;

export function onItem(
  action: string,
  input: ItemRequest,
  item: GivenItem,
  call: Call,
  deps: DynamoDbDeps,
): Access[] | Promise<Access[]> {
  return onTable(action, input.TableName, call, deps, { context: contextOf(input) });
}

function contextOf(input: ItemRequest): Readonly<Record<string, ContextValue>> {
  return {
    'dynamodb:ReturnValues': input.ReturnValues,
    'dynamodb:ReturnConsumedCapacity': input.ReturnConsumedCapacity,
    'dynamodb:Select': input.Select,
  };
}
