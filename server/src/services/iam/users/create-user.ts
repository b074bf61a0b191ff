/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import type { UserRow } from '../tables.ts';
import { uniqueId } from '../unique-id.ts';
import { formatUserArn, toTaggedUser } from './user.ts';
import { insertUser } from './user-store.ts';

export const createUser: IamOperation<'CreateUser'> = {
  access: (input, call) => [
    { action: 'iam:CreateUser', resource: formatUserArn(call.account, input.Path, input.UserName) },
  ],
  async handle(input, call, deps) {
    const row: UserRow = {
      account: call.account,
      name: input.UserName,
      arn: formatUserArn(call.account, input.Path, input.UserName),
      user_id: uniqueId('AIDA'),
      path: input.Path ?? '/',
      created_at: call.now.getTime(),
      document: JSON.stringify(input),
    };
    try {
      await deps.database.write([insertUser(row)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('EntityAlreadyExists', `User with name ${input.UserName} already exists.`, { cause: error });
    }
    deps.forget();
    return { User: toTaggedUser(row) };
  },
};
