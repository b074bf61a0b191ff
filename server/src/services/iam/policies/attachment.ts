/** Managed policies on users, groups and roles: what the Attach…, Detach… and ListAttached… operations have in common. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { noSuch } from '../entities/kinds.ts';
import { type PageRequest, readPageRange, toPage } from '../page.ts';
import { checkPolicyArn, findPolicy, policyKey, requirePolicy } from './managed-policy.ts';
import { type PolicyOwner, requireOwner } from './owner.ts';
import { attachPolicy, detachPolicy, listAttachedPolicies, requireAttachmentQuota } from './policy-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quota = 10;
const quotaNames = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' };

export async function attach(deps: IamDeps, call: Call, owner: PolicyOwner, policyArn: string): Promise<void> {
  checkPolicyArn(call, policyArn);
  const missing = () => call.error('NoSuchEntity', `Policy ${policyArn} does not exist or is not attachable.`);
  const policy = await findPolicy(deps, call.account, policyArn);
  if (!policy) throw missing();
  const row = { owner_id: owner.id, policy_arn: policyArn, account: owner.account, owner: owner.kind };
  const required = requirePolicy(policy);
  try {
    await deps.database.write([
      requireOwner(owner),
      ...required,
      attachPolicy(row),
      requireAttachmentQuota(row, quota),
    ]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.index === 0) throw noSuch(call, owner.kind, owner.name);
    if (error.index <= required.length) throw missing();
    throw call.error('LimitExceeded', `Cannot exceed quota for ${quotaNames[owner.kind]}: ${quota}`, { cause: error });
  }
  deps.forget();
}

export async function detach(deps: IamDeps, call: Call, owner: PolicyOwner, policyArn: string): Promise<void> {
  checkPolicyArn(call, policyArn);
  try {
    await deps.database.write([detachPolicy(owner.id, policyArn)]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw call.error('NoSuchEntity', `Policy ${policyArn} was not found.`, { cause: error });
  }
  deps.forget();
}

export const toAttached = (policyArn: string) => ({
  PolicyName: policyArn.slice(policyArn.lastIndexOf('/') + 1),
  PolicyArn: policyArn,
});

interface AttachedRequest extends PageRequest {
  readonly PathPrefix?: string | undefined;
}

export async function pageOfAttached(deps: IamDeps, call: Call, owner: PolicyOwner, input: AttachedRequest) {
  const range = readPageRange(input, call);
  // At most ten are attached: the path is in the ARN.
  const prefix = input.PathPrefix ?? '/';
  const arns = (await listAttachedPolicies(deps.database, owner.id))
    .filter((arn) => arn.slice(arn.indexOf('/')).startsWith(prefix) && policyKey(arn) > (range.after ?? ''))
    .sort((one, other) => (policyKey(one) < policyKey(other) ? -1 : 1));
  const page = toPage(arns, range, policyKey);
  return {
    AttachedPolicies: page.rows.map(toAttached),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
}
