/** Who may act on a named thing: the resource under the path that it has, and the condition keys that go with it. */
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { IamDeps } from '../deps.ts';
import type { EntityRow } from '../tables.ts';
import { listTags } from '../tags/tag-store.ts';
import { requestTags, type TagText } from '../tags/tagging.ts';
import { findEntity } from './entity-store.ts';
import { formatEntityArn, type KindName, kinds } from './kinds.ts';

/** Condition keys about the thing that is acted on: its tags and its boundary. */
export async function entityContext(deps: IamDeps, row: EntityRow & { boundary?: string | null }) {
  const context: Record<string, string> = {};
  for (const { key, value } of await listTags(deps.database, row.id)) {
    context[`aws:ResourceTag/${key}`] = value;
    context[`iam:ResourceTag/${key}`] = value;
  }
  if (row.boundary) context['iam:PermissionsBoundary'] = row.boundary;
  return context;
}

interface AccessInput {
  readonly PolicyArn?: string | undefined;
  readonly PermissionsBoundary?: string | undefined;
  readonly Tags?: readonly TagText[] | undefined;
}

/** Condition keys from the request itself. */
export function inputContext(input: AccessInput): Record<string, string> {
  return {
    ...(input.PolicyArn ? { 'iam:PolicyARN': input.PolicyArn } : {}),
    ...(input.PermissionsBoundary ? { 'iam:PermissionsBoundary': input.PermissionsBoundary } : {}),
    ...requestTags(input.Tags),
  };
}

/** The permission for an action on the thing that the input names, under the path that it has. */
export async function accessToEntity(
  deps: IamDeps,
  call: Call,
  kind: KindName,
  action: string,
  name: string | undefined,
  input: AccessInput,
): Promise<Access[]> {
  const row = name === undefined ? undefined : await findEntity(deps.database, kinds[kind].table, call.account, name);
  const resource = row?.arn ?? formatEntityArn(call, kind, '/', name);
  return [{ action, resource, context: { ...(row ? await entityContext(deps, row) : {}), ...inputContext(input) } }];
}

/** Making something with tags needs the permission to tag it too: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
export function accessToCreate(
  call: Call,
  kind: KindName,
  action: string,
  path: string | undefined,
  name: string | undefined,
  input: AccessInput,
): Access[] {
  const access = { resource: formatEntityArn(call, kind, path, name), context: inputContext(input) };
  const { tagAction } = kinds[kind];
  const actions = tagAction && input.Tags?.length ? [action, tagAction] : [action];
  return actions.map((one) => ({ action: one, ...access }));
}

/**
 * Renaming needs the permission on what it is and on what it becomes.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
 */
export async function accessToRename(
  deps: IamDeps,
  call: Call,
  kind: 'user' | 'group',
  action: string,
  name: string | undefined,
  newName: string | undefined,
  newPath: string | undefined,
): Promise<Access[]> {
  const row = await findEntity(deps.database, kinds[kind].table, call.account, name ?? '');
  const resource = row?.arn ?? formatEntityArn(call, kind, '/', name);
  const context = row ? await entityContext(deps, row) : {};
  const target = formatEntityArn(call, kind, newPath ?? row?.path, newName ?? row?.name ?? name);
  return [...new Set([resource, target])].map((one) => ({ action, resource: one, context }));
}
