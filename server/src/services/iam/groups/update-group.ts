/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html: another name or path; users and policies stay. */
import type { IamOperation } from '../deps.ts';
import { accessToRename } from '../entities/access.ts';
import { getEntity } from '../entities/kinds.ts';
import { renameEntity } from '../entities/lifecycle.ts';

export const updateGroup: IamOperation<'UpdateGroup'> = {
  access: (input, call, deps) =>
    accessToRename(deps, call, 'group', 'iam:UpdateGroup', input.GroupName, input.NewGroupName, input.NewPath),
  async handle(input, call, deps) {
    const row = await getEntity(deps, call, 'group', input.GroupName);
    await renameEntity(deps, call, 'group', row, { name: input.NewGroupName, path: input.NewPath });
    return {};
  },
};
