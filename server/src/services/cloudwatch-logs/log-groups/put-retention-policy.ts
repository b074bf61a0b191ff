/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
import { Conflict } from '../../../storage/database.ts';
import type { LogsOperation } from '../deps.ts';
import { accessToLogGroup, getLogGroup, noSuchLogGroup } from './log-group.ts';
import { updateRetention } from './log-group-store.ts';

const possibleDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const putRetentionPolicy: LogsOperation<'PutRetentionPolicy'> = {
  access: accessToLogGroup('logs:PutRetentionPolicy'),
  async handle(input, call, deps) {
    const days = input.retentionInDays;
    if (!possibleDays.includes(days)) {
      throw call.error(
        'InvalidParameterException',
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
          `Member must satisfy enum value set: [${possibleDays.join(', ')}]`,
      );
    }
    const group = await getLogGroup(deps, call, input);
    try {
      await deps.database.write([updateRetention(group.id, days)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw noSuchLogGroup(call);
    }
    return {};
  },
};
