/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { tag } from '../tags/tagging.ts';
import { accessToRole } from './role.ts';

export const tagRole: IamOperation<'TagRole'> = {
  access: accessToRole('iam:TagRole'),
  async handle(input, call, deps) {
    await tag(deps, call, 'role', await getEntity(deps, call, 'role', input.RoleName), input.Tags);
    return {};
  },
};
