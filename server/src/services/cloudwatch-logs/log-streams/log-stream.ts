/** The log stream as AWS returns it. */
import type { LogStream } from '@aws-sdk/client-cloudwatch-logs';
import type { Call } from '../../../contract/call.ts';
import type { LogsDeps } from '../deps.ts';
import { formatLogGroupArn } from '../log-groups/log-group.ts';
import type { LogGroupRow, LogStreamRow } from '../tables.ts';
import { findLogStream } from './log-stream-store.ts';

/** Sequence tokens are ignored (as on AWS), but old clients send them. */
export const sequenceToken = '49600000000000000000000000000000000000000000000000000000';

export const noSuchLogStream = (call: Call) =>
  call.error('ResourceNotFoundException', 'The specified log stream does not exist.');

export async function getLogStream(
  deps: LogsDeps,
  call: Call,
  group: LogGroupRow,
  name: string,
): Promise<LogStreamRow> {
  const row = await findLogStream(deps.database, group.id, name);
  if (!row) throw noSuchLogStream(call);
  return row;
}

export function toLogStream(row: LogStreamRow, group: LogGroupRow, call: Call): LogStream {
  return {
    logStreamName: row.name,
    creationTime: row.created_at,
    firstEventTimestamp: row.first_event_at ?? undefined,
    lastEventTimestamp: row.last_event_at ?? undefined,
    lastIngestionTime: row.last_ingestion_at ?? undefined,
    uploadSequenceToken: sequenceToken,
    arn: `${formatLogGroupArn(call, group.name)}:log-stream:${row.name}`,
    storedBytes: 0,
  };
}
