/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { removeEvents } from '../log-events/log-event-store.ts';
import { accessToLogGroup, getLogGroup } from '../log-groups/log-group.ts';
import { getLogStream, noSuchLogStream } from './log-stream.ts';
import { removeLogStream } from './log-stream-store.ts';

export const deleteLogStream: LogsOperation<'DeleteLogStream'> = {
  access: accessToLogGroup('logs:DeleteLogStream'),
  async handle(input, call, deps) {
    const group = await getLogGroup(deps, call, input);
    const stream = await getLogStream(deps, call, group, input.logStreamName);
    try {
      await deps.database.write([removeLogStream(stream.id)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw noSuchLogStream(call);
    }
    await removeEvents(deps.database, { streamId: stream.id });
    return {};
  },
};
