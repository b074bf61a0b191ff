/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html */
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { removeEvents } from '../log-events/log-event-store.ts';
import { accessToLogGroup, getLogGroup, noSuchLogGroup } from './log-group.ts';
import { removeLogGroup } from './log-group-store.ts';

export const deleteLogGroup: LogsOperation<'DeleteLogGroup'> = {
  access: accessToLogGroup('logs:DeleteLogGroup'),
  async handle(input, call, deps) {
    const group = await getLogGroup(deps, call, input);
    try {
      await deps.database.write(removeLogGroup(group.id));
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw noSuchLogGroup(call);
    }
    await removeEvents(deps.database, { groupId: group.id });
    return {};
  },
};
