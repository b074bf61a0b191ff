/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
import type { Call } from '../../../contract/call.ts';
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';
import type { Input } from '../../../models/types.ts';
import type { LogsDeps, LogsOperation } from '../deps.ts';
import { invalidToken } from '../invalid-token.ts';
import { accessToLogGroup, expiryOf, getLogGroup } from '../log-groups/log-group.ts';
import { noSuchLogStream } from '../log-streams/log-stream.ts';
import { listNamedStreams } from '../log-streams/log-stream-store.ts';
import type { LogGroupRow } from '../tables.ts';
import { readFilterPattern } from './filter-pattern.ts';
import { listGroupEvents, type Position, type SearchScope } from './log-event-store.ts';

type Request = Input<'cloudwatch-logs', 'FilterLogEvents'>;

const maxEvents = 10_000;
const maxBytes = 1_048_576;
const batchSize = 500;
/** A call examines at most so many events; the next one continues from there, as at AWS. */
const maxScanned = 100_000;

async function readScope(group: LogGroupRow, input: Request, call: Call, deps: LogsDeps): Promise<SearchScope> {
  const { logStreamNames: names, logStreamNamePrefix: streamPrefix } = input;
  if (names?.length && streamPrefix !== undefined) {
    throw call.error(
      'InvalidParameterException',
      'logStreamNames and logStreamNamePrefix are mutually exclusive parameters.',
    );
  }
  if (!names?.length) return { groupId: group.id, streamIds: undefined, streamPrefix };
  const streams = await listNamedStreams(deps.database, group.id, names);
  if (streams.length < new Set(names).size) throw noSuchLogStream(call);
  return { groupId: group.id, streamIds: streams.map(({ id }) => id), streamPrefix: undefined };
}

const list = 'FilterLogEvents';

function readPosition(token: string | undefined, call: Call): Position | undefined {
  if (token === undefined) return undefined;
  const position = readPageToken(list, token, 'number', 'number');
  if (!position) throw invalidToken(call);
  const [timestamp, id] = position;
  return { timestamp, id };
}

type Found = Awaited<ReturnType<typeof listGroupEvents>>[number];

interface Search {
  readonly read: (beyond: Position | undefined) => Promise<readonly Found[]>;
  readonly matches: (message: string) => boolean;
  readonly limit: number;
}

/** `stoppedAt`: there may be more after it. */
async function search({ read, matches, limit }: Search, from: Position | undefined) {
  const found: Found[] = [];
  let stoppedAt = from;
  let bytes = 0;
  for (let scanned = 0; scanned < maxScanned; scanned += batchSize) {
    const batch = await read(stoppedAt);
    for (const event of batch) {
      if (matches(event.message)) {
        bytes += Buffer.byteLength(event.message);
        if (found.length >= limit || (bytes > maxBytes && found.length > 0)) return { found, stoppedAt };
        found.push(event);
      }
      stoppedAt = event;
    }
    if (batch.length < batchSize) return { found, stoppedAt: undefined };
  }
  return { found, stoppedAt };
}

export const filterLogEvents: LogsOperation<'FilterLogEvents'> = {
  audit: { data: true },
  access: accessToLogGroup('logs:FilterLogEvents'),
  async handle(input, call, deps) {
    const pattern = readFilterPattern(input.filterPattern ?? '');
    if ('fault' in pattern) throw call.error('InvalidParameterException', pattern.fault);
    const group = await getLogGroup(deps, call, input);
    const scope = await readScope(group, input, call, deps);
    const startAt = Math.max(input.startTime ?? 0, expiryOf(group, call.now) ?? 0);
    const range = { startAt, endAt: input.endTime, descending: false };
    const { found, stoppedAt } = await search(
      {
        read: (beyond) => listGroupEvents(deps.database, scope, { ...range, beyond }, batchSize),
        matches: pattern.matches,
        limit: input.limit ?? maxEvents,
      },
      readPosition(input.nextToken, call),
    );
    return {
      events: found.map((event) => ({
        logStreamName: event.stream_name,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingested_at,
        eventId: String(event.timestamp).padStart(20, '0') + String(event.id).padStart(36, '0'),
      })),
      searchedLogStreams: [],
      nextToken: stoppedAt ? writePageToken(list, stoppedAt.timestamp, stoppedAt.id) : undefined,
    };
  },
};
