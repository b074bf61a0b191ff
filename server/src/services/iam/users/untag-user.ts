/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { untag } from '../tags/tagging.ts';
import { accessToUser } from './user.ts';

export const untagUser: IamOperation<'UntagUser'> = {
  access: accessToUser('iam:UntagUser'),
  async handle(input, call, deps) {
    await untag(deps, call, 'user', await getEntity(deps, call, 'user', input.UserName), input.TagKeys);
    return {};
  },
};
