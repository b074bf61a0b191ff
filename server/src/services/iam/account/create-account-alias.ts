/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html: replaces the account's alias. */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { findAlias, putAlias } from './account-store.ts';

export const createAccountAlias: IamOperation<'CreateAccountAlias'> = {
  // The service authorization reference names no resource for it.
  access: () => [{ action: 'iam:CreateAccountAlias', resource: '*' }],
  async handle(input, call, deps) {
    const taken = (cause?: unknown) =>
      call.error('EntityAlreadyExists', `The account alias ${input.AccountAlias} already exists.`, { cause });
    if ((await findAlias(deps.database, call.account)) === input.AccountAlias) throw taken();
    try {
      await deps.database.write([putAlias(call.account, input.AccountAlias)]);
    } catch (error) {
      if (error instanceof Conflict) throw taken(error);
      throw error;
    }
    return {};
  },
};
