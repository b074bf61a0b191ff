/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission is needed, whatever policies say. */
import type { StsOperation } from './deps.ts';

export const getCallerIdentity: StsOperation<'GetCallerIdentity'> = {
  access: () => [],
  handle(_input, call) {
    const { account, arn, userId } = call.principal;
    return { UserId: userId, Account: account, Arn: arn };
  },
};
