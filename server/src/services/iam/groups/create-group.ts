/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html */
import type { IamOperation } from '../deps.ts';
import { accessToCreate } from '../entities/access.ts';
import { createEntity, newEntity } from '../entities/lifecycle.ts';
import { toGroup } from './group.ts';

export const createGroup: IamOperation<'CreateGroup'> = {
  access: (input, call) => accessToCreate(call, 'group', 'iam:CreateGroup', input.Path, input.GroupName, {}),
  async handle(input, call, deps) {
    const row = newEntity(call, 'group', input.Path, input.GroupName);
    await createEntity(deps, call, 'group', row, undefined);
    return { Group: toGroup(row) };
  },
};
