/** Policies written into a role or a user: what PutRolePolicy and PutUserPolicy have in common. */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { listInlinePolicies, type OwnerKey, putInlinePolicy, removeInlinePolicy } from './policy-store.ts';
import { checkPolicyText, policySize } from './policy-text.ts';

/** All of an owner's inline policies together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quotas = { role: 10_240, user: 2_048 };

export interface InlinePolicyText {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** `requireOwner` misses where the owner is gone, however late. */
export async function putPolicy(
  deps: IamDeps,
  call: Call,
  key: OwnerKey,
  input: InlinePolicyText,
  requireOwner: Statement,
  noSuchOwner: () => Error,
): Promise<void> {
  checkPolicyText(input.PolicyDocument, 'identity', call);
  const others = (await listInlinePolicies(deps.database, key)).filter(
    (row) => row.policy_name.toLowerCase() !== input.PolicyName.toLowerCase(),
  );
  const sizes = [input.PolicyDocument, ...others.map((row) => row.policy_document)].map(policySize);
  if (sizes.reduce((sum, size) => sum + size) > quotas[key.owner]) {
    throw call.error(
      'LimitExceeded',
      `Maximum policy size of ${quotas[key.owner]} bytes exceeded for ${key.owner} ${key.name}`,
    );
  }
  const row = { policy_name: input.PolicyName, policy_document: input.PolicyDocument };
  try {
    await deps.database.write([
      requireOwner,
      putInlinePolicy({ account: key.account, owner: key.owner, owner_name: key.name, ...row }),
    ]);
  } catch (error) {
    if (error instanceof Conflict) throw noSuchOwner();
    throw error;
  }
  deps.forget();
}

export async function deletePolicy(deps: IamDeps, call: Call, key: OwnerKey, policyName: string): Promise<void> {
  try {
    await deps.database.write([removeInlinePolicy(key, policyName)]);
  } catch (error) {
    if (error instanceof Conflict) throw noSuchPolicy(call, key, policyName);
    throw error;
  }
  deps.forget();
}

export const noSuchPolicy = (call: Call, key: OwnerKey, policyName: string) =>
  call.error('NoSuchEntity', `The ${key.owner} policy with name ${policyName} cannot be found.`);
