/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html: both tokens, always. */
import type { LogsOperation } from '../deps.ts';
import { invalidToken } from '../invalid-token.ts';
import { accessToLogGroup, expiryOf, getLogGroup } from '../log-groups/log-group.ts';
import { getLogStream } from '../log-streams/log-stream.ts';
import type { LogEventRow } from '../tables.ts';
import { listStreamEvents, type Position } from './log-event-store.ts';
import { type PositionToken, readPositionToken, writePositionToken } from './position-token.ts';
import { readPage } from './read-page.ts';

const maxEvents = 10_000;

/** Where the tokens of a page point. `events` are in order of time. */
function edgesOf(
  events: readonly LogEventRow[],
  token: PositionToken | undefined,
): { first: Position; last: Position } {
  const [first, last] = [events[0], events.at(-1)];
  if (first && last) return { first, last };
  const position = token?.position ?? { timestamp: 0, id: 0 };
  if (!token) return { first: position, last: position };
  const { timestamp, id } = position;
  // Nothing beyond: the way on stays where it is, the way back takes in what is at the edge.
  return token.direction === 'forward'
    ? { first: { timestamp, id: id + 1 }, last: position }
    : { first: position, last: { timestamp, id: Math.max(0, id - 1) } };
}

export const getLogEvents: LogsOperation<'GetLogEvents'> = {
  audit: { data: true },
  access: accessToLogGroup('logs:GetLogEvents'),
  async handle(input, call, deps) {
    const group = await getLogGroup(deps, call, input);
    const stream = await getLogStream(deps, call, group, input.logStreamName);
    const token = input.nextToken === undefined ? undefined : readPositionToken(input.nextToken);
    if (input.nextToken !== undefined && !token) throw invalidToken(call);
    const descending = token ? token.direction === 'backward' : !input.startFromHead;
    const startAt = Math.max(input.startTime ?? 0, expiryOf(group, call.now) ?? 0);
    const found = await readPage(
      (beyond, limit) =>
        listStreamEvents(deps.database, stream.id, { startAt, endAt: input.endTime, beyond, descending }, limit),
      token?.position,
      input.limit ?? maxEvents,
    );
    const events = descending ? found.reverse() : found;
    const { first, last } = edgesOf(events, token);
    return {
      events: events.map(({ timestamp, message, ingested_at: ingestionTime }) => ({
        timestamp,
        message,
        ingestionTime,
      })),
      nextForwardToken: writePositionToken({ direction: 'forward', position: last }),
      nextBackwardToken: writePositionToken({ direction: 'backward', position: first }),
    };
  },
};
