/** The log group as AWS returns it, and who may act on it. */
import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { formatArn, parseArn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import type { LogsDeps } from '../deps.ts';
import type { LogGroupRow } from '../tables.ts';
import { findLogGroup } from './log-group-store.ts';

export function formatLogGroupArn(call: Call, name: string): string {
  return formatArn('logs', call.region, call.account, `log-group:${name}`);
}

export interface LogGroupReference {
  readonly logGroupName?: string | undefined;
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

/** Undefined where none is named. */
export function findLogGroupName(input: LogGroupReference): string | undefined {
  if (input.logGroupName !== undefined || input.logGroupIdentifier === undefined) return input.logGroupName;
  const resource = parseArn(input.logGroupIdentifier)?.resource;
  return resource?.startsWith('log-group:')
    ? resource.slice('log-group:'.length).replace(/:\*$/, '')
    : input.logGroupIdentifier;
}

/** Permissions on groups are checked in this form, as observed in AWS's refusals: policies end in `:*`. */
export const accessToLogGroup =
  (action: string) =>
  (input: LogGroupReference & { readonly logStreamName?: string | undefined }, call: Call): Access[] => {
    const group = formatLogGroupArn(call, findLogGroupName(input) ?? '');
    return [{ action, resource: `${group}:log-stream:${input.logStreamName ?? ''}` }];
  };

export const noSuchLogGroup = (call: Call) =>
  call.error('ResourceNotFoundException', 'The specified log group does not exist.');

export async function getLogGroup(deps: LogsDeps, call: Call, input: LogGroupReference): Promise<LogGroupRow> {
  if (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined) {
    throw call.error('InvalidParameterException', 'LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const name = findLogGroupName(input);
  if (name === undefined) {
    throw call.error('InvalidParameterException', 'Either logGroupName or logGroupIdentifier must be specified.');
  }
  const row = await findLogGroup(deps.database, call.account, call.region, name);
  if (!row) throw noSuchLogGroup(call);
  return row;
}

/** Events before this moment have expired; undefined where they never do. */
export function expiryOf(row: LogGroupRow, now: Date): number | undefined {
  return row.retention_days === null ? undefined : now.getTime() - row.retention_days * 24 * 60 * 60 * 1000;
}

export function toLogGroup(row: LogGroupRow, call: Call): LogGroup {
  const { logGroupClass = 'STANDARD' } = JSON.parse(row.document) as Input<'cloudwatch-logs', 'CreateLogGroup'>;
  const arn = formatLogGroupArn(call, row.name);
  return {
    logGroupName: row.name,
    creationTime: row.created_at,
    retentionInDays: row.retention_days ?? undefined,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: 0,
    logGroupClass,
    logGroupArn: arn,
  };
}
