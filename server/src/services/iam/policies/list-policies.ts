/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html: AWS's policies and the account's own. */
import { partitionOf } from '../../../contract/partition.ts';
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { listManagedPolicies } from '../managed-policies.ts';
import { readPageRange, toPage } from '../page.ts';
import { policyKey, toPolicy } from './managed-policy.ts';
import { countPolicyUses } from './policy-store.ts';

export const listPolicies: IamOperation<'ListPolicies'> = {
  // The service authorization reference names no resource for it.
  access: () => [{ action: 'iam:ListPolicies', resource: '*' }],
  async handle(input, call, deps) {
    const range = readPageRange(input, call);
    const scope = input.Scope ?? 'All';
    const prefix = input.PathPrefix ?? '/';
    const own = scope === 'AWS' ? [] : await listEntities(deps.database, 'iam_policies', call.account, prefix);
    const ofAws = scope === 'Local' ? [] : listManagedPolicies(partitionOf(call.region));
    const uses = await countPolicyUses(deps.database, call.account);
    const all = [
      ...ofAws.map((aws) => toPolicy({ aws }, uses.get(aws.arn))),
      ...own.map((row) => toPolicy({ own: row }, uses.get(row.arn))),
    ].filter((policy) => {
      const attached = policy.AttachmentCount ?? 0;
      const bounding = policy.PermissionsBoundaryUsageCount ?? 0;
      if (!policy.Path?.startsWith(prefix)) return false;
      if (input.PolicyUsageFilter === 'PermissionsPolicy' && attached === 0) return false;
      if (input.PolicyUsageFilter === 'PermissionsBoundary' && bounding === 0) return false;
      return !input.OnlyAttached || attached + bounding > 0;
    });
    const keyOf = (policy: (typeof all)[number]) => policyKey(policy.Arn ?? '');
    const rest = all
      .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
      .filter((policy) => keyOf(policy) > (range.after ?? ''));
    const page = toPage(rest, range, keyOf);
    return { Policies: [...page.rows], IsTruncated: page.IsTruncated, Marker: page.Marker };
  },
};
