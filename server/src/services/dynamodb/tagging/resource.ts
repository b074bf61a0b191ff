/** The table of a tagging request. */

import { parseArn } from '../../../contract/arn.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbDeps } from '../deps.ts';
import { invalid } from '../invalid.ts';
import type { Table } from '../tables/definition.ts';

/** A text that is no table's ARN is nobody's resource (observed: AccessDeniedException). */
export function onArn(action: string, arn: string | undefined, call: Call, deps: DynamoDbDeps) {
  return onTable(action, arn !== undefined && isTable(arn) ? arn : undefined, call, deps);
}

const isTable = (arn: string) => /^arn:[a-z-]+:dynamodb:[^:]+:\d+:table\/[^/]{3,}$/.test(arn);

/** `missing`: another member that is checked between the form of the ARN and what it names. */
export function checkArn(
  arn: string | undefined,
  action: string,
  call: Call,
  missing?: () => void,
): asserts arn is string {
  if (arn === undefined) throw invalid('Invalid TableArn');
  if (!/^.+:.+:.+:.+:.+:.+\/.+$/.test(arn))
    throw new AwsError(
      'AccessDeniedException',
      `User: ${call.principal.arn} is not authorized to perform: dynamodb:${action} on resource: ${arn === '' ? '*' : arn}`,
      { status: 400 },
    );
  missing?.();
  if (!isTable(arn)) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
}

export async function taggedTable(
  arn: string,
  call: Call,
  deps: DynamoDbDeps,
  missing = `Requested resource not found: ResourcArn: ${arn} not found`,
): Promise<Table> {
  const { account, region } = parseArn(arn) ?? { account: '', region: '' };
  const isOwn = account === call.account && region === call.region;
  const table = isOwn ? await deps.tables.find(account, region, nameIn(arn)) : undefined;
  if (table === undefined || table.status === 'DELETING') throw call.error('ResourceNotFoundException', missing);
  return table;
}
