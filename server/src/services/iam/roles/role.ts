/** The role as AWS answers it, and who may act on it. */
import type { Role } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import type { IamDeps } from '../deps.ts';
import type { OwnerKey } from '../policies/policy-store.ts';
import { encodePolicyText } from '../policies/policy-text.ts';
import type { RoleRow } from '../tables.ts';
import { findRole } from './role-store.ts';

export function formatRoleArn(account: string, path: string | undefined, name: string | undefined): string {
  return `arn:aws:iam::${account}:role${path ?? '/'}${name ?? ''}`;
}

export const roleKey = (call: Call, name: string): OwnerKey => ({ account: call.account, owner: 'role', name });

export const noSuchRole = (call: Call, name: string) =>
  call.error('NoSuchEntity', `The role with name ${name} cannot be found.`);

export async function getRole(deps: IamDeps, call: Call, name: string): Promise<RoleRow> {
  const row = await findRole(deps.database, call.account, name);
  if (!row) throw noSuchRole(call, name);
  return row;
}

/** The permission for an action on the role that the input names, under the path that it has. */
export const accessToRole =
  (action: string) =>
  async (
    input: { readonly RoleName?: string | undefined; readonly PolicyArn?: string | undefined },
    call: Call,
    deps: IamDeps,
  ): Promise<Access[]> => {
    const row = await findRole(deps.database, call.account, input.RoleName ?? '');
    const resource = row?.arn ?? formatRoleArn(call.account, '/', input.RoleName);
    return [{ action, resource, context: input.PolicyArn ? { 'iam:PolicyARN': input.PolicyArn } : {} }];
  };

/** Without tags: lists leave them out. */
export function toRole(row: RoleRow): Role {
  const request = JSON.parse(row.document) as Input<'iam', 'CreateRole'>;
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.role_id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
    AssumeRolePolicyDocument: encodePolicyText(row.trust_policy),
    Description: request.Description,
    MaxSessionDuration: request.MaxSessionDuration ?? 3600,
  };
}

export function toTaggedRole(row: RoleRow): Role {
  const { Tags: tags } = JSON.parse(row.document) as Input<'iam', 'CreateRole'>;
  return { ...toRole(row), Tags: tags?.length ? tags : undefined };
}
