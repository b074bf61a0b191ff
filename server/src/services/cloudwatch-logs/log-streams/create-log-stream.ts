/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
import { randomBytes } from 'node:crypto';
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { accessToLogGroup, getLogGroup, noSuchLogGroup } from '../log-groups/log-group.ts';
import { requireLogGroup } from '../log-groups/log-group-store.ts';
import { insertLogStream } from './log-stream-store.ts';

export const createLogStream: LogsOperation<'CreateLogStream'> = {
  access: accessToLogGroup('logs:CreateLogStream'),
  async handle(input, call, deps) {
    const group = await getLogGroup(deps, call, input);
    const row = {
      id: randomBytes(16).toString('hex'),
      group_id: group.id,
      name: input.logStreamName,
      created_at: call.now.getTime(),
      first_event_at: null,
      last_event_at: null,
      last_ingestion_at: null,
    };
    try {
      await deps.database.write([requireLogGroup(group.id), insertLogStream(row)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      if (cause.index === 0) throw noSuchLogGroup(call);
      throw call.error('ResourceAlreadyExistsException', 'The specified log stream already exists', { cause });
    }
    return {};
  },
};
