/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { removeAlias } from './account-store.ts';

export const deleteAccountAlias: IamOperation<'DeleteAccountAlias'> = {
  access: () => [{ action: 'iam:DeleteAccountAlias', resource: '*' }],
  async handle(input, call, deps) {
    try {
      await deps.database.write([removeAlias(call.account, input.AccountAlias)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('NoSuchEntity', `The account alias ${input.AccountAlias} cannot be found.`, { cause: error });
    }
    return {};
  },
};
