/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html */
import type { IamOperation } from '../deps.ts';
import { tag } from '../tags/tagging.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';

export const tagPolicy: IamOperation<'TagPolicy'> = {
  access: accessToPolicy('iam:TagPolicy'),
  async handle(input, call, deps) {
    await tag(deps, call, 'policy', await getOwnPolicy(deps, call, input.PolicyArn), input.Tags);
    return {};
  },
};
