/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToUser, namedUser } from '../users/user.ts';
import { removeAccessKey } from './access-key-store.ts';
import { changeAccessKey } from './change-access-key.ts';

export const deleteAccessKey: IamOperation<'DeleteAccessKey'> = {
  access: accessToUser('iam:DeleteAccessKey'),
  async handle(input, call, deps) {
    const user = await getEntity(deps, call, 'user', namedUser(call, input.UserName));
    await changeAccessKey(deps, call, input.AccessKeyId, removeAccessKey(user.id, input.AccessKeyId));
    return {};
  },
};
