/**
 * Adds tags to the permission checks of every operation: the tags of the resources that a call is
 * about (`aws:ResourceTag/…`, `sagemaker:ResourceTag/…`), and sagemaker:AddTags for tags that are given when a resource is created.
 * The account's own root needs no permission, so nothing is looked up for it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html#amazonsagemaker-policy-keys
 */
import type { Call } from '../../../../contract/call.ts';
import type { Access, BoundOperation } from '../../../../contract/operation.ts';
import type { Database } from '../../../../storage/database.ts';
import { tagContext } from './tag-context.ts';
import { findTags } from './tag-store.ts';
import { findTaggable, type TaggableKinds } from './taggable.ts';

export interface TagPermissions {
  readonly database: Database;
  readonly kinds: TaggableKinds;
}

export const withTagPermissions = (operation: BoundOperation, tags: TagPermissions): BoundOperation => ({
  access(input, call) {
    const asked = operation.access(input, call);
    if (call.principal.kind === 'root') return asked;
    return asked instanceof Promise
      ? asked.then((access) => extend(access, input, call, tags))
      : extend(asked, input, call, tags);
  },
  audit: operation.audit,
  handle: operation.handle,
});

/** Runs before validation: the input may have any form. */
async function extend(access: readonly Access[], input: unknown, call: Call, { database, kinds }: TagPermissions) {
  const owners = access.map(({ resource }) => findTaggable(kinds, resource, call)?.owner);
  const found = await findTags(
    database,
    owners.filter((owner) => owner !== undefined),
  );
  const known = access.map((one, i): Access => {
    const owner = owners[i];
    if (owner === undefined) return one;
    const { resourceTags, context } = tagContext(found.get(owner) ?? []);
    return { ...one, resourceTags, context: { ...one.context, ...context } };
  });
  return [...known, ...taggingOf(known, input)];
}

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html */
function taggingOf(access: readonly Access[], input: unknown): Access[] {
  const { Tags: tags } = input as { readonly Tags?: unknown };
  const [created] = access;
  if (!Array.isArray(tags) || tags.length === 0 || !created?.action.startsWith('sagemaker:Create')) return [];
  const context = { 'sagemaker:TaggingAction': created.action.slice('sagemaker:'.length) };
  return [{ action: 'sagemaker:AddTags', resource: created.resource, context, resourceTags: {} }];
}
