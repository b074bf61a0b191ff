/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToUser, namedUser, toWholeUser } from './user.ts';

export const getUser: IamOperation<'GetUser'> = {
  access: accessToUser('iam:GetUser'),
  async handle(input, call, deps) {
    if (input.UserName === undefined && call.principal.kind === 'root') {
      const { account, arn } = call.principal;
      // The root user has no name and no path; it is as old as its account, whose age is not recorded.
      return { User: { Path: undefined, UserName: undefined, UserId: account, Arn: arn, CreateDate: new Date(0) } };
    }
    return { User: await toWholeUser(deps, await getEntity(deps, call, 'user', namedUser(call, input.UserName))) };
  },
};
