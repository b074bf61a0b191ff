/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
import type { IamOperation } from '../deps.ts';
import { accessToUser, getUser, namedUser } from '../users/user.ts';
import { removeAccessKey } from './access-key-store.ts';
import { changeAccessKey } from './change-access-key.ts';

export const deleteAccessKey: IamOperation<'DeleteAccessKey'> = {
  access: accessToUser('iam:DeleteAccessKey'),
  async handle(input, call, deps) {
    const user = await getUser(deps, call, namedUser(call, input.UserName));
    await changeAccessKey(deps, call, input.AccessKeyId, removeAccessKey(call.account, user.name, input.AccessKeyId));
    return {};
  },
};
