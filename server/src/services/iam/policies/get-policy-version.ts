/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html: with the document, percent-encoded. */
import type { IamOperation } from '../deps.ts';
import { accessToPolicy, getManagedPolicy } from './managed-policy.ts';
import { encodePolicyText } from './policy-text.ts';
import { noSuchVersion, readVersionId, toAwsVersion, toVersion } from './policy-version.ts';
import { findVersion } from './version-store.ts';

export const getPolicyVersion: IamOperation<'GetPolicyVersion'> = {
  access: accessToPolicy('iam:GetPolicyVersion'),
  async handle(input, call, deps) {
    const found = await getManagedPolicy(deps, call, input.PolicyArn);
    if ('aws' in found) {
      const { aws } = found;
      if (input.VersionId !== aws.versionId) throw noSuchVersion(call, input.PolicyArn, input.VersionId);
      return { PolicyVersion: { Document: encodePolicyText(aws.document), ...toAwsVersion(aws) } };
    }
    const row = await findVersion(deps.database, found.own.id, readVersionId(input.VersionId));
    if (!row) throw noSuchVersion(call, input.PolicyArn, input.VersionId);
    return { PolicyVersion: { Document: encodePolicyText(row.policy_document), ...toVersion(found.own, row) } };
  },
};
