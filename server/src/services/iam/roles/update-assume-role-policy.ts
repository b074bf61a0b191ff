/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { changeRole } from './change-role.ts';
import { accessToRole, checkTrustPolicy } from './role.ts';

export const updateAssumeRolePolicy: IamOperation<'UpdateAssumeRolePolicy'> = {
  access: accessToRole('iam:UpdateAssumeRolePolicy'),
  async handle(input, call, deps) {
    checkTrustPolicy(input.PolicyDocument, call);
    await changeRole(deps, call, input.RoleName, { trust_policy: input.PolicyDocument });
    return {};
  },
};
