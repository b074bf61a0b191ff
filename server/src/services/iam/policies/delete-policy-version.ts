/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';
import { noSuchVersion, readVersionId } from './policy-version.ts';
import { findVersion, removeVersion } from './version-store.ts';

export const deletePolicyVersion: IamOperation<'DeletePolicyVersion'> = {
  access: accessToPolicy('iam:DeletePolicyVersion'),
  async handle(input, call, deps) {
    const policy = await getOwnPolicy(deps, call, input.PolicyArn);
    const version = readVersionId(input.VersionId);
    try {
      await deps.database.write([removeVersion(policy.id, version)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (!(await findVersion(deps.database, policy.id, version))) {
        throw noSuchVersion(call, input.PolicyArn, input.VersionId);
      }
      throw call.error('DeleteConflict', 'Cannot delete the default version of a policy.', { cause: error });
    }
    deps.forget();
    return {};
  },
};
