/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html: takes effect with the next call of each identity that has the policy. */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';
import { noSuchVersion, readVersionId } from './policy-version.ts';
import { setDefaultVersion } from './version-store.ts';

export const setDefaultPolicyVersion: IamOperation<'SetDefaultPolicyVersion'> = {
  access: accessToPolicy('iam:SetDefaultPolicyVersion'),
  async handle(input, call, deps) {
    const policy = await getOwnPolicy(deps, call, input.PolicyArn);
    try {
      await deps.database.write([setDefaultVersion(policy.id, readVersionId(input.VersionId))]);
    } catch (error) {
      if (error instanceof Conflict) throw noSuchVersion(call, input.PolicyArn, input.VersionId);
      throw error;
    }
    deps.forget();
    return {};
  },
};
