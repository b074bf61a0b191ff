/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html: the policies of AWS have none */
import type { IamOperation } from '../deps.ts';
import { pageOfTags } from '../tags/tagging.ts';
import { accessToPolicy, getManagedPolicy } from './managed-policy.ts';

export const listPolicyTags: IamOperation<'ListPolicyTags'> = {
  access: accessToPolicy('iam:ListPolicyTags'),
  async handle(input, call, deps) {
    const found = await getManagedPolicy(deps, call, input.PolicyArn);
    return pageOfTags(deps, call, 'own' in found ? found.own.id : '', input);
  },
};
