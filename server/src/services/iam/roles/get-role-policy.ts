/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
import type { IamOperation } from '../deps.ts';
import { noSuchPolicy } from '../policies/inline-policy.ts';
import { findInlinePolicy } from '../policies/policy-store.ts';
import { encodePolicyText } from '../policies/policy-text.ts';
import { accessToRole, getRole, roleKey } from './role.ts';

export const getRolePolicy: IamOperation<'GetRolePolicy'> = {
  access: accessToRole('iam:GetRolePolicy'),
  async handle(input, call, deps) {
    const role = await getRole(deps, call, input.RoleName);
    const key = roleKey(call, input.RoleName);
    const row = await findInlinePolicy(deps.database, key, input.PolicyName);
    if (!row) throw noSuchPolicy(call, key, input.PolicyName);
    return {
      RoleName: role.name,
      PolicyName: row.policy_name,
      PolicyDocument: encodePolicyText(row.policy_document),
    };
  },
};
