/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { changeRole } from './change-role.ts';
import { accessToRole, readTrustPolicy } from './role.ts';

export const updateAssumeRolePolicy: IamOperation<'UpdateAssumeRolePolicy'> = {
  access: accessToRole('iam:UpdateAssumeRolePolicy'),
  async handle(input, call, deps) {
    const trust = await readTrustPolicy(input.PolicyDocument, call, deps);
    await changeRole(deps, call, input.RoleName, { trust_policy: trust });
    return {};
  },
};
