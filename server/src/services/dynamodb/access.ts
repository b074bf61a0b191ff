/**
 * Permissions on tables and indexes, and DynamoDB's condition keys:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { Call } from '../../contract/call.ts';
import type { Access, ContextValue } from '../../contract/operation.ts';
import type { DynamoDbDeps } from './deps.ts';
import { type Table, tableArn } from './tables/definition.ts';

/** A table's name, in a request that may lack it or have its ARN. */
export function nameIn(given: string | undefined): string {
  const name = given ?? '';
  return name.startsWith('arn:') ? name.slice(name.lastIndexOf('table/') + 'table/'.length) : name;
}

export function arnOf(call: Call, given: string | undefined, index?: string): string {
  if (given === undefined) return '*';
  const arn = given.startsWith('arn:') ? given : tableArn(call.region, call.account, given);
  return index === undefined ? arn : `${arn}/index/${index}`;
}

/** One action on one table; its tags are conditions' aws:ResourceTag. */
export function onTable(
  action: string,
  given: string | undefined,
  call: Call,
  deps: DynamoDbDeps,
  more: {
    readonly index?: string | undefined;
    readonly context?: (table: Table | undefined) => Readonly<Record<string, ContextValue>>;
  } = {},
): Access[] | Promise<Access[]> {
  const resource = arnOf(call, given, more.index);
  const made = (table: Table | undefined): Access[] => [
    { action: `dynamodb:${action}`, resource, context: more.context?.(table), resourceTags: table?.definition.tags },
  ];
  if (given === undefined) return made(undefined);
  const found = deps.tables.find(call.account, call.region, nameIn(given));
  return found instanceof Promise ? found.then(made) : made(found);
}
