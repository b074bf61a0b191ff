/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html: whose a key is, not whether it works. */
import type { StsOperation } from './deps.ts';

export const getAccessKeyInfo: StsOperation<'GetAccessKeyInfo'> = {
  access: () => [{ action: 'sts:GetAccessKeyInfo', resource: '*' }],
  async handle(input, call, deps) {
    const account = await deps.sessions.findAccountOfKey(input.AccessKeyId);
    if (account === undefined) throw call.error('ValidationError', `Invalid Access Key ID: ${input.AccessKeyId}`);
    return { Account: account };
  },
};
