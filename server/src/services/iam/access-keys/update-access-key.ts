/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToUser, namedUser } from '../users/user.ts';
import { updateAccessKey as updateRow } from './access-key-store.ts';
import { changeAccessKey } from './change-access-key.ts';

export const updateAccessKey: IamOperation<'UpdateAccessKey'> = {
  access: accessToUser('iam:UpdateAccessKey'),
  async handle(input, call, deps) {
    const status = input.Status;
    if (status !== 'Active' && status !== 'Inactive') {
      throw call.error('ValidationError', `The status ${status} cannot be set by this operation.`);
    }
    const user = await getEntity(deps, call, 'user', namedUser(call, input.UserName));
    await changeAccessKey(deps, call, input.AccessKeyId, updateRow(user.id, input.AccessKeyId, status));
    return {};
  },
};
