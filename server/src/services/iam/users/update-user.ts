/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html: another name or path; keys, groups and policies stay. */
import type { IamOperation } from '../deps.ts';
import { accessToRename } from '../entities/access.ts';
import { getEntity } from '../entities/kinds.ts';
import { renameEntity } from '../entities/lifecycle.ts';

export const updateUser: IamOperation<'UpdateUser'> = {
  access: (input, call, deps) =>
    accessToRename(deps, call, 'user', 'iam:UpdateUser', input.UserName, input.NewUserName, input.NewPath),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'user', input.UserName);
    await renameEntity(deps, call, 'user', row, { name: input.NewUserName, path: input.NewPath });
    return {};
  },
};
