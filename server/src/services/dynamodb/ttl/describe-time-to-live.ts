/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html */
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { anyTable } from '../tables/find-table.ts';

export const describeTimeToLive: DynamoDbOperation<'DescribeTimeToLive'> = {
  access: (input, call, deps) => onTable('DescribeTimeToLive', input.TableName, call, deps),
  async handle(input, call, deps) {
    const { timeToLive } = (await anyTable(deps, call, nameIn(input.TableName))).definition;
    if (timeToLive === undefined || timeToLive.status === 'DISABLED')
      return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
    return {
      TimeToLiveDescription: { TimeToLiveStatus: timeToLive.status, AttributeName: timeToLive.attribute },
    };
  },
};
