/**
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
 * No nextToken if the list is complete: the SageMaker SDK repeats the call while there is one, without passing it.
 */
import type { Call } from '../../../contract/call.ts';
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';
import type { LogsOperation } from '../deps.ts';
import { invalidToken } from '../invalid-token.ts';
import { accessToLogGroup, getLogGroup } from '../log-groups/log-group.ts';
import { toLogStream } from './log-stream.ts';
import { type LogStreamPosition, listLogStreams } from './log-stream-store.ts';

const list = 'DescribeLogStreams';

function readPosition(token: string, call: Call): LogStreamPosition {
  const position = readPageToken(list, token, 'number', 'string');
  if (!position) throw invalidToken(call);
  const [lastEventAt, name] = position;
  return { lastEventAt, name };
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
      nextToken: rows.length > limit && last ? writePageToken(list, last.last_event_at ?? 0, last.name) : undefined,
    };
  },
};
