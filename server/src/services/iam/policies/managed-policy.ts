/** Managed policies, AWS's and the account's own, by their ARN. Those of AWS are the same for every account and can't be changed. */
import type { Policy } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { entityContext, inputContext } from '../entities/access.ts';
import { findEntityByArn, requireEntity } from '../entities/entity-store.ts';
import { noSuch } from '../entities/kinds.ts';
import { findManagedPolicy, type ManagedPolicy } from '../managed-policies.ts';
import type { PolicyRow } from '../tables.ts';
import type { PolicyUses } from './policy-store.ts';

export type FoundPolicy = { readonly aws: ManagedPolicy } | { readonly own: PolicyRow };

export async function findPolicy(deps: IamDeps, account: string, arn: string): Promise<FoundPolicy | undefined> {
  const aws = findManagedPolicy(arn);
  if (aws) return { aws };
  const own = await findEntityByArn(deps.database, 'iam_policies', arn);
  return own?.account === account ? { own } : undefined;
}

/** Observed of AWS: `ARN … is not valid.` */
export function checkPolicyArn(call: Call, arn: string): void {
  if (!/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(arn)) {
    throw call.error('InvalidInput', `ARN ${arn} is not valid.`);
  }
}

export async function getManagedPolicy(deps: IamDeps, call: Call, arn: string): Promise<FoundPolicy> {
  checkPolicyArn(call, arn);
  const found = await findPolicy(deps, call.account, arn);
  if (!found) throw noSuch(call, 'policy', arn);
  return found;
}

/** A policy that may be changed: AWS's belong to another account. */
export async function getOwnPolicy(deps: IamDeps, call: Call, arn: string): Promise<PolicyRow> {
  const found = await getManagedPolicy(deps, call, arn);
  if ('own' in found) return found.own;
  throw call.error(
    'AccessDenied',
    `User: ${call.principal.arn} is not authorized to perform: iam:${call.operation} on resource: policy ${arn}`,
    { status: 403 },
  );
}

/** The order of lists, and short enough for a marker: names are one in an account, paths may be long. */
export const policyKey = (arn: string) => `${arn.split(':')[4]}/${arn.slice(arn.lastIndexOf('/') + 1)}`;

/** What goes before attaching a policy or making it a boundary: misses where the policy was deleted by then. */
export const requirePolicy = (found: FoundPolicy): Statement[] =>
  'own' in found ? [requireEntity('iam_policies', found.own.id)] : [];

/** The permission for an action on the policy that the input names. */
export const accessToPolicy =
  (action: string) =>
  async (
    input: {
      readonly PolicyArn?: string | undefined;
      readonly Tags?: readonly { Key: string | undefined }[] | undefined;
    },
    call: Call,
    deps: IamDeps,
  ): Promise<Access[]> => {
    const resource = input.PolicyArn ?? '*';
    const row = await findEntityByArn(deps.database, 'iam_policies', resource);
    const context = row?.account === call.account ? await entityContext(deps, row) : {};
    return [{ action, resource, context: { ...context, ...inputContext({ Tags: input.Tags }) } }];
  };

/** As lists show it: without description and tags. */
export function toPolicy(found: FoundPolicy, uses: PolicyUses | undefined): Policy {
  const counts = {
    AttachmentCount: uses?.attachments ?? 0,
    PermissionsBoundaryUsageCount: uses?.boundaries ?? 0,
    IsAttachable: true,
  };
  if ('aws' in found) {
    const { name, policyId, arn, path, versionId, createdAt, updatedAt } = found.aws;
    const own = { PolicyName: name, PolicyId: policyId, Arn: arn, Path: path, DefaultVersionId: versionId };
    return { ...own, ...counts, CreateDate: createdAt, UpdateDate: updatedAt };
  }
  const row = found.own;
  return {
    PolicyName: row.name,
    PolicyId: row.id,
    Arn: row.arn,
    Path: row.path,
    DefaultVersionId: `v${row.default_version}`,
    ...counts,
    CreateDate: new Date(row.created_at),
    UpdateDate: new Date(row.updated_at),
  };
}
