/** Policies written into a user, a group or a role: what their Put…, Get…, Delete… and List… operations have in common. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { noSuch } from '../entities/kinds.ts';
import { type PageRequest, readPageRange, toPage } from '../page.ts';

import { type PolicyOwner, requireOwner } from './owner.ts';
import {
  findInlinePolicy,
  listInlinePolicies,
  putInlinePolicy,
  removeInlinePolicy,
  requireInlineQuota,
} from './policy-store.ts';
import { checkPolicyText, encodePolicyText } from './policy-text.ts';

/** All of an owner's inline policies together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quotas = { role: 10_240, user: 2_048, group: 5_120 };

interface InlinePolicyText {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

export async function putPolicy(deps: IamDeps, call: Call, owner: PolicyOwner, input: InlinePolicyText): Promise<void> {
  checkPolicyText(input.PolicyDocument, 'identity', call);
  const row = { owner_id: owner.id, policy_name: input.PolicyName, policy_document: input.PolicyDocument };
  const quota = quotas[owner.kind];
  try {
    await deps.database.write([requireOwner(owner), putInlinePolicy(row), requireInlineQuota(row, quota)]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.index === 0) throw noSuch(call, owner.kind, owner.name);
    const message = `Maximum policy size of ${quota} bytes exceeded for ${owner.kind} ${owner.name}`;
    throw call.error('LimitExceeded', message, { cause: error });
  }
  deps.forget();
}

export async function deletePolicy(deps: IamDeps, call: Call, owner: PolicyOwner, policyName: string): Promise<void> {
  try {
    await deps.database.write([removeInlinePolicy(owner.id, policyName)]);
  } catch (error) {
    if (error instanceof Conflict) throw noSuchPolicy(call, owner, policyName);
    throw error;
  }
  deps.forget();
}

export async function getPolicyText(deps: IamDeps, call: Call, owner: PolicyOwner, policyName: string) {
  const row = await findInlinePolicy(deps.database, owner.id, policyName);
  if (!row) throw noSuchPolicy(call, owner, policyName);
  return { PolicyName: row.policy_name, PolicyDocument: encodePolicyText(row.policy_document) };
}

export async function pageOfPolicyNames(deps: IamDeps, call: Call, owner: PolicyOwner, input: PageRequest) {
  const range = readPageRange(input, call);
  const page = toPage(await listInlinePolicies(deps.database, owner.id, range), range, (row) => row.policy_name);
  return {
    PolicyNames: page.rows.map((row) => row.policy_name),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
}

const noSuchPolicy = (call: Call, owner: PolicyOwner, policyName: string) =>
  call.error('NoSuchEntity', `The ${owner.kind} policy with name ${policyName} cannot be found.`);
