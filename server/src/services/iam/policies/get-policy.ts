/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html */
import type { IamOperation } from '../deps.ts';
import { allTagsOf } from '../tags/tagging.ts';
import { accessToPolicy, getManagedPolicy, toPolicy } from './managed-policy.ts';
import { countPolicyUses } from './policy-store.ts';

export const getPolicy: IamOperation<'GetPolicy'> = {
  access: accessToPolicy('iam:GetPolicy'),
  async handle(input, call, deps) {
    const found = await getManagedPolicy(deps, call, input.PolicyArn);
    const uses = await countPolicyUses(deps.database, call.account, input.PolicyArn);
    return {
      Policy: {
        ...toPolicy(found, uses.get(input.PolicyArn)),
        Description: ('own' in found ? found.own.description : found.aws.description) ?? undefined,
        Tags: 'own' in found ? await allTagsOf(deps, found.own.id) : [],
      },
    };
  },
};
