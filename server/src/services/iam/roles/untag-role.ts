/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { untag } from '../tags/tagging.ts';
import { accessToRole } from './role.ts';

export const untagRole: IamOperation<'UntagRole'> = {
  access: accessToRole('iam:UntagRole'),
  async handle(input, call, deps) {
    await untag(deps, call, 'role', await getEntity(deps, call, 'role', input.RoleName), input.TagKeys);
    return {};
  },
};
