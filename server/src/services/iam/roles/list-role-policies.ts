/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { listInlinePolicies } from '../policies/policy-store.ts';
import { accessToRole, getRole, roleKey } from './role.ts';

export const listRolePolicies: IamOperation<'ListRolePolicies'> = {
  access: accessToRole('iam:ListRolePolicies'),
  async handle(input, call, deps) {
    await getRole(deps, call, input.RoleName);
    const range = readPageRange(input, call);
    const rows = await listInlinePolicies(deps.database, roleKey(call, input.RoleName), range);
    const page = toPage(rows, range, (row) => row.policy_name);
    return {
      PolicyNames: page.rows.map((row) => row.policy_name),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
