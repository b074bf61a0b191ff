/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html: there are none. */
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';

export const describeContinuousBackups: DynamoDbOperation<'DescribeContinuousBackups'> = {
  access: (input, call, deps) => onTable('DescribeContinuousBackups', input.TableName, call, deps),
  async handle(input, call, deps) {
    const name = nameIn(input.TableName);
    if ((await deps.tables.find(call.account, call.region, name)) === undefined)
      throw call.error('TableNotFoundException', `Table not found: ${name}`);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'DISABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    };
  },
};
