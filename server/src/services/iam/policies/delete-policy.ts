/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html; the sentences are as observed from IAM. */
import type { IamOperation } from '../deps.ts';
import { deleteEntity } from '../entities/lifecycle.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';
import { removeOnlyVersion } from './version-store.ts';

const attached = 'Cannot delete a policy attached to entities.';
const versioned =
  "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";

export const deletePolicy: IamOperation<'DeletePolicy'> = {
  access: accessToPolicy('iam:DeletePolicy'),
  async handle(input, call, deps) {
    const row = await getOwnPolicy(deps, call, input.PolicyArn);
    await deleteEntity(
      deps,
      call,
      'policy',
      row,
      [
        { table: 'iam_attached_policies', column: 'policy_arn', value: row.arn, conflict: attached },
        { table: 'iam_users', column: 'boundary', value: row.arn, conflict: attached },
        { table: 'iam_roles', column: 'boundary', value: row.arn, conflict: attached },
      ],
      [removeOnlyVersion(row.id)],
      (error) => call.error('DeleteConflict', versioned, { cause: error }),
    );
    return {};
  },
};
