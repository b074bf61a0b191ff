/** ListTags, TagResource and UntagResource: https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
import type { Call } from '../../../contract/call.ts';
import type { LambdaDeps, LambdaOperation } from '../deps.ts';
import { accessTo, findFunction } from '../functions/find-function.ts';
import { parseFunctionName } from '../functions/function-name.ts';
import { changeFunction } from '../functions/function-store.ts';
import { invalidParameter } from '../refusals.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
const mostTags = 50;

const taggable =
  (action: string) => async (input: { readonly Resource?: string | undefined }, call: Call, deps: LambdaDeps) => {
    const named = parseFunctionName(input.Resource, call);
    return [accessTo(action, named, await deps.functions.find(named))];
  };

async function tagged(resource: string, call: Call, deps: LambdaDeps) {
  const found = await findFunction(resource, undefined, call, deps);
  if (found.named.qualifier !== undefined)
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  return found;
}

export const listTags: LambdaOperation<'ListTags'> = {
  access: taggable('ListTags'),
  async handle(input, call, deps) {
    const { fn } = await tagged(input.Resource, call, deps);
    return { Tags: { ...fn.tags } };
  },
};

export const tagResource: LambdaOperation<'TagResource'> = {
  access: taggable('TagResource'),
  async handle(input, call, deps) {
    const { named, fn } = await tagged(input.Resource, call, deps);
    if (Object.keys(input.Tags).length === 0)
      throw invalidParameter('An error occurred and the request cannot be processed.');
    const tags = { ...fn.tags, ...(input.Tags as Record<string, string>) };
    if (Object.keys(tags).length > mostTags) throw invalidParameter('Number of tags exceeds resource tag limit.');
    await deps.functions.write(named, [changeFunction(fn.row.id, { tags: JSON.stringify(tags) })]);
    return {};
  },
};

export const untagResource: LambdaOperation<'UntagResource'> = {
  access: taggable('UntagResource'),
  async handle(input, call, deps) {
    const { named, fn } = await tagged(input.Resource, call, deps);
    const rest = Object.entries(fn.tags).filter(([key]) => !input.TagKeys.includes(key));
    await deps.functions.write(named, [changeFunction(fn.row.id, { tags: JSON.stringify(Object.fromEntries(rest)) })]);
    return {};
  },
};
