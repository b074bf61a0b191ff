/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { listAttachedPolicies } from '../policies/policy-store.ts';
import { accessToRole, getRole, roleKey } from './role.ts';

export const listAttachedRolePolicies: IamOperation<'ListAttachedRolePolicies'> = {
  access: accessToRole('iam:ListAttachedRolePolicies'),
  async handle(input, call, deps) {
    await getRole(deps, call, input.RoleName);
    const range = readPageRange(input, call);
    const rows = await listAttachedPolicies(deps.database, roleKey(call, input.RoleName), range);
    const page = toPage(rows, range, (row) => row.policy_arn);
    return {
      AttachedPolicies: page.rows.map((row) => ({
        PolicyName: row.policy_arn.slice(row.policy_arn.lastIndexOf('/') + 1),
        PolicyArn: row.policy_arn,
      })),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
