/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
import type { DynamoDbOperation } from '../deps.ts';
import { listTableNames } from './table-store.ts';

const maxNames = 100;

export const listTables: DynamoDbOperation<'ListTables'> = {
  access: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
  async handle({ ExclusiveStartTableName: after = '', Limit: limit = maxNames }, call, deps) {
    const names = await listTableNames(deps.database, call.account, call.region, after, limit + 1);
    const page = names.slice(0, limit);
    return { TableNames: page, ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }) };
  },
};
