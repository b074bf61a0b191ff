/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
import { randomBytes } from 'node:crypto';
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { accessToLogGroup } from './log-group.ts';
import { insertLogGroup } from './log-group-store.ts';

export const createLogGroup: LogsOperation<'CreateLogGroup'> = {
  access: accessToLogGroup('logs:CreateLogGroup'),
  async handle(input, call, deps) {
    // A setting without effect is refused.
    if (input.kmsKeyId !== undefined || input.deletionProtectionEnabled) {
      throw call.error('InvalidParameterException', 'kmsKeyId and deletionProtectionEnabled are not supported.');
    }
    const row = {
      id: randomBytes(16).toString('hex'),
      account: call.account,
      region: call.region,
      name: input.logGroupName,
      created_at: call.now.getTime(),
      retention_days: null,
      document: JSON.stringify(input),
    };
    try {
      await deps.database.write([insertLogGroup(row)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw call.error('ResourceAlreadyExistsException', 'The specified log group already exists', { cause });
    }
    return {};
  },
};
