/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';
import type { LogsOperation } from '../deps.ts';
import { invalidToken } from '../invalid-token.ts';
import { accessToLogGroup, toLogGroup } from './log-group.ts';
import { listLogGroups } from './log-group-store.ts';

const list = 'DescribeLogGroups';

export const describeLogGroups: LogsOperation<'DescribeLogGroups'> = {
  access: (_input, call) => accessToLogGroup('logs:DescribeLogGroups')({}, call),
  async handle(input, call, deps) {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: part, nextToken, limit = 50 } = input;
    if (prefix !== undefined && part !== undefined) {
      throw call.error(
        'InvalidParameterException',
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }
    if (input.logGroupIdentifiers?.length || input.accountIdentifiers?.length || input.includeLinkedAccounts) {
      throw call.error(
        'InvalidParameterException',
        'logGroupIdentifiers, accountIdentifiers and includeLinkedAccounts are not supported.',
      );
    }
    const [after] = nextToken === undefined ? [] : (readPageToken(list, nextToken, 'string') ?? []);
    if (nextToken !== undefined && after === undefined) throw invalidToken(call);
    const rows = await listLogGroups(deps.database, call.account, call.region, { prefix, part, after }, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      logGroups: shown.map((row) => toLogGroup(row, call)),
      nextToken: rows.length > limit && last ? writePageToken(list, last.name) : undefined,
    };
  },
};
