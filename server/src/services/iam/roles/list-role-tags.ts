/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { pageOfTags } from '../tags/tagging.ts';
import { accessToRole } from './role.ts';

export const listRoleTags: IamOperation<'ListRoleTags'> = {
  access: accessToRole('iam:ListRoleTags'),
  async handle(input, call, deps) {
    const { id } = await getEntity(deps, call, 'role', input.RoleName);
    return pageOfTags(deps, call, id, input);
  },
};
