/** ListTags: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html */
import { listTags as readTags } from '../shared/tags/tag-store.ts';
import type { TagsOperation } from './deps.ts';
import { isThere, notFound, readTaggable } from './resource.ts';

export const listTags: TagsOperation<'ListTags'> = {
  access: (input) => [{ action: 'sagemaker:ListTags', resource: input.ResourceArn ?? '*' }],
  async handle(input, call, deps) {
    const resource = readTaggable(deps.kinds, input.ResourceArn, call);
    // A page holds at least 50 tags and a resource has no more: no token was ever returned.
    if (input.NextToken) throw call.error('ValidationException', 'Invalid pagination token given');
    const tags = await readTags(deps.database, resource.owner);
    if (tags.length === 0 && !(await isThere(deps.database, resource))) throw notFound(call);
    return { Tags: tags };
  },
};
