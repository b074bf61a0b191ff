/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html */
import type { IamOperation } from '../deps.ts';
import { untag } from '../tags/tagging.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';

export const untagPolicy: IamOperation<'UntagPolicy'> = {
  access: accessToPolicy('iam:UntagPolicy'),
  async handle(input, call, deps) {
    await untag(deps, call, 'policy', await getOwnPolicy(deps, call, input.PolicyArn), input.TagKeys);
    return {};
  },
};
