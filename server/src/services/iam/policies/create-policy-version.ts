/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';
import { checkManagedPolicyText } from './policy-text.ts';
import { toVersion } from './policy-version.ts';
import { insertVersion, takeVersionNumber } from './version-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quota = 5;

export const createPolicyVersion: IamOperation<'CreatePolicyVersion'> = {
  access: accessToPolicy('iam:CreatePolicyVersion'),
  async handle(input, call, deps) {
    checkManagedPolicyText(input.PolicyDocument, call);
    const policy = await getOwnPolicy(deps, call, input.PolicyArn);
    const version = {
      policy_id: policy.id,
      version: policy.last_version + 1,
      policy_document: input.PolicyDocument,
      created_at: call.now.getTime(),
    };
    const asDefault = input.SetAsDefault === true;
    try {
      await deps.database.write([
        takeVersionNumber(policy.id, version.version, asDefault, version.created_at),
        insertVersion(version, quota),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) {
        throw call.error(
          'ConcurrentModification',
          'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.',
          { cause: error },
        );
      }
      throw call.error(
        'LimitExceeded',
        `A managed policy can have up to ${quota} versions. Before you create a new version, you must delete an existing version.`,
        { cause: error },
      );
    }
    deps.forget();
    const made = asDefault ? { ...policy, default_version: version.version } : policy;
    return { PolicyVersion: toVersion(made, version) };
  },
};
