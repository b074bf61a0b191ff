/** The only SQL about tokens of transactions. A token counts for ten minutes. */
import type { Call } from '../../../contract/call.ts';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { dynamoDbTables, type TransactionRow } from '../schema.ts';

type Caller = Pick<Call, 'account' | 'region'>;

export async function findTransaction(
  database: Database,
  { account, region }: Caller,
  token: string,
  now: number,
): Promise<Pick<TransactionRow, 'digest'> | undefined> {
  const query = dynamoDbTables
    .selectFrom('dynamodb_transactions')
    .select('digest')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('token', '=', token)
    .where('expires_at', '>', now);
  return (await database.read(query.compile()))[0];
}

/** Misses (`unique`) where the token is there. */
export const insertTransaction = (
  { account, region }: Caller,
  token: string,
  digest: string,
  expiresAt: number,
): Statement =>
  statement(
    dynamoDbTables
      .insertInto('dynamodb_transactions')
      .values({ account, region, token, digest, expires_at: expiresAt })
      .compile(),
  );

export const removeTransactions = (until: number): Statement =>
  statement(dynamoDbTables.deleteFrom('dynamodb_transactions').where('expires_at', '<=', until).compile());
