/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import type { IamDeps, IamOperation } from '../deps.ts';
import { accessToPolicy, getOwnPolicy } from './managed-policy.ts';
import { checkManagedPolicyText } from './policy-text.ts';
import { toVersion } from './policy-version.ts';
import { insertVersion, takeVersionNumber } from './version-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quota = 5;
/** Losing a number means that another request has won it, which five can. */
const maxAttempts = 10;

/** Undefined where another request took the number. */
async function tryToCreate(deps: IamDeps, call: Call, input: Input<'iam', 'CreatePolicyVersion'>) {
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
    if (error.index === 0) return undefined;
    throw call.error(
      'LimitExceeded',
      `A managed policy can have up to ${quota} versions. Before you create a new version, you must delete an existing version.`,
      { cause: error },
    );
  }
  return toVersion(asDefault ? { ...policy, default_version: version.version } : policy, version);
}

export const createPolicyVersion: IamOperation<'CreatePolicyVersion'> = {
  access: accessToPolicy('iam:CreatePolicyVersion'),
  async handle(input, call, deps) {
    checkManagedPolicyText(input.PolicyDocument, call);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const made = await tryToCreate(deps, call, input);
      if (!made) continue;
      deps.forget();
      return { PolicyVersion: made };
    }
    throw call.error('ServiceFailure', 'The policy is being changed by too many requests at once.');
  },
};
