/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html: AWS's own, which nothing here enforces. */
import type { DynamoDbOperation } from '../deps.ts';

export const describeLimits: DynamoDbOperation<'DescribeLimits'> = {
  access: () => [{ action: 'dynamodb:DescribeLimits', resource: '*' }],
  handle: () => ({
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  }),
};
