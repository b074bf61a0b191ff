/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html: an account has one at most, so there is one page. */
import type { IamOperation } from '../deps.ts';
import { findAlias } from './account-store.ts';

export const listAccountAliases: IamOperation<'ListAccountAliases'> = {
  access: () => [{ action: 'iam:ListAccountAliases', resource: '*' }],
  async handle(_input, call, deps) {
    const alias = await findAlias(deps.database, call.account);
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
  },
};
