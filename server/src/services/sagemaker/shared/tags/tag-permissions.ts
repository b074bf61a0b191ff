/**
 * What tags have to do with permissions, for every operation of the table, so that none has to think of it: the tags of the resources that a call is
 * about (`aws:ResourceTag/…`, `sagemaker:ResourceTag/…`), and sagemaker:AddTags for tags that come along with a resource being made.
 * The account's own root is asked nothing, so nothing is looked up for it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html#amazonsagemaker-policy-keys
 */
import type { Call } from '../../../../contract/call.ts';
import type { Access, Operation } from '../../../../contract/operation.ts';
import type { OperationTable } from '../../../../contract/service.ts';
import type { SageMakerDeps } from '../deps.ts';
import { tagContext } from './tag-context.ts';
import { findTags } from './tag-store.ts';
import { findTaggable } from './taggable.ts';

type Table = OperationTable<'sagemaker', SageMakerDeps>;
type AnyOperation = Operation<'sagemaker', never, SageMakerDeps>;

export function withTagPermissions(table: Table): Table {
  const entries = Object.entries(table) as [string, AnyOperation][];
  const changed = (operation: AnyOperation): AnyOperation => ({
    ...operation,
    access(input, call, deps) {
      const asked = operation.access(input, call, deps);
      if (call.principal.kind === 'root') return asked;
      return asked instanceof Promise
        ? asked.then((access) => extend(access, input, call, deps))
        : extend(asked, input, call, deps);
    },
    handle: (input, call, deps) => operation.handle(input, call, deps),
  });
  return Object.fromEntries(entries.map(([name, operation]) => [name, changed(operation)])) as Table;
}

/** Before validation: nothing is sure of the input. */
async function extend(access: readonly Access[], input: unknown, call: Call, { database }: SageMakerDeps) {
  const owners = access.map(({ resource }) => findTaggable(resource, call)?.owner);
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
  const [made] = access;
  if (!Array.isArray(tags) || tags.length === 0 || !made?.action.startsWith('sagemaker:Create')) return [];
  const context = { 'sagemaker:TaggingAction': made.action.slice('sagemaker:'.length) };
  return [{ action: 'sagemaker:AddTags', resource: made.resource, context, resourceTags: {} }];
}
