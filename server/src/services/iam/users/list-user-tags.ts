/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { pageOfTags } from '../tags/tagging.ts';
import { accessToUser } from './user.ts';

export const listUserTags: IamOperation<'ListUserTags'> = {
  access: accessToUser('iam:ListUserTags'),
  async handle(input, call, deps) {
    const { id } = await getEntity(deps, call, 'user', input.UserName);
    return pageOfTags(deps, call, id, input);
  },
};
