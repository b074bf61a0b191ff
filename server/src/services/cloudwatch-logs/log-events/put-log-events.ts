/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html: sequence tokens are not looked at. */
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { accessToLogGroup, expiryOf, getLogGroup } from '../log-groups/log-group.ts';
import { getLogStream, noSuchLogStream, sequenceToken } from '../log-streams/log-stream.ts';
import { recordIngestion } from '../log-streams/log-stream-store.ts';
import { findBatchFault, sortBatch } from './check-batch.ts';
import { insertLogEvents, removeExpired } from './log-event-store.ts';

export const putLogEvents: LogsOperation<'PutLogEvents'> = {
  audit: { data: true },
  access: accessToLogGroup('logs:PutLogEvents'),
  async handle(input, call, deps) {
    const fault = findBatchFault(input.logEvents);
    if (fault) throw call.error('InvalidParameterException', fault);
    const group = await getLogGroup(deps, call, input);
    const stream = await getLogStream(deps, call, group, input.logStreamName);
    const now = call.now.getTime();
    const expiry = expiryOf(group, call.now);
    const { accepted, rejected } = sortBatch(input.logEvents, now, expiry);
    const [first, last] = [accepted[0], accepted.at(-1)];
    if (first && last) {
      const rows = accepted.map(({ timestamp, message }) => ({
        group_id: group.id,
        stream_id: stream.id,
        timestamp,
        ingested_at: now,
        message,
      }));
      try {
        await deps.database.write([
          recordIngestion(stream.id, first.timestamp, last.timestamp, now),
          ...insertLogEvents(rows),
          ...(expiry === undefined ? [] : [removeExpired(stream.id, expiry)]),
        ]);
      } catch (cause) {
        if (!(cause instanceof Conflict)) throw cause;
        throw noSuchLogStream(call);
      }
    }
    return { nextSequenceToken: sequenceToken, rejectedLogEventsInfo: rejected };
  },
};
