/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html: clients that discover endpoints stay with AWS's name and their own setting. */
import type { DynamoDbOperation } from '../deps.ts';

export const describeEndpoints: DynamoDbOperation<'DescribeEndpoints'> = {
  access: () => [{ action: 'dynamodb:DescribeEndpoints', resource: '*' }],
  handle: (_input, call) => ({
    Endpoints: [{ Address: `dynamodb.${call.region}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
  }),
};
