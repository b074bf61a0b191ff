/** Settings of DynamoDB. */
import { wholeNumber } from '../../kit/setting.ts';

export const dynamoDbSettings = {
  tableMetricsFlushMs: wholeNumber({
    flag: 'table-metrics-flush-ms',
    default: '1000',
    doc: 'How long metrics of tables stay in memory before they are published, in milliseconds.',
  }),
};
