/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
 * No nextToken if the list is complete: the SageMaker SDK repeats the call while there is one, without passing it.
 */
import type { Call } from '../../../contract/call.ts';
import type { LogsOperation } from '../deps.ts';
import { accessToLogGroup, getLogGroup } from '../log-groups/log-group.ts';
import { readPageToken, writePageToken } from '../page-token.ts';
import { toLogStream } from './log-stream.ts';
import { type LogStreamPosition, listLogStreams } from './log-stream-store.ts';

function readPosition(token: string, call: Call): LogStreamPosition {
  const [lastEventAt, name] = readPageToken(token, ['number', 'string'], call);
  return { lastEventAt: Number(lastEventAt), name: String(name) };
}

export const describeLogStreams: LogsOperation<'DescribeLogStreams'> = {
  access: accessToLogGroup('logs:DescribeLogStreams'),
  async handle(input, call, deps) {
    const { logStreamNamePrefix: prefix = '', limit = 50, descending = false, nextToken } = input;
    const by = input.orderBy === 'LastEventTime' ? ('lastEventAt' as const) : ('name' as const);
    if (by === 'lastEventAt' && prefix !== '') {
      throw call.error('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const group = await getLogGroup(deps, call, input);
    const after = nextToken === undefined ? undefined : readPosition(nextToken, call);
    const rows = await listLogStreams(deps.database, group.id, prefix, { by, descending }, after, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      logStreams: shown.map((row) => toLogStream(row, group, call)),
      nextToken: rows.length > limit && last ? writePageToken([last.last_event_at ?? 0, last.name]) : undefined,
    };
  },
};
