/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { tag } from '../tags/tagging.ts';
import { accessToUser } from './user.ts';

export const tagUser: IamOperation<'TagUser'> = {
  access: accessToUser('iam:TagUser'),
  async handle(input, call, deps) {
    await tag(deps, call, 'user', await getEntity(deps, call, 'user', input.UserName), input.Tags);
    return {};
  },
};
