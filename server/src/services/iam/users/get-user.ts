/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
import type { IamOperation } from '../deps.ts';
import { accessToUser, getUser as getRow, namedUser, toTaggedUser } from './user.ts';

export const getUser: IamOperation<'GetUser'> = {
  access: accessToUser('iam:GetUser'),
  async handle(input, call, deps) {
    if (input.UserName === undefined && call.principal.kind === 'root') {
      const { account, arn } = call.principal;
      // The root user has no name and no path; it is as old as its account, which nobody records.
      return { User: { Path: undefined, UserName: undefined, UserId: account, Arn: arn, CreateDate: new Date(0) } };
    }
    return { User: toTaggedUser(await getRow(deps, call, namedUser(call, input.UserName))) };
  },
};
