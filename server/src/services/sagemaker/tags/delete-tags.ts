/** DeleteTags: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTags.html. Unknown keys are ignored. */
import { Conflict } from '../../../storage/database.ts';
import { removeTags } from '../shared/tags/tag-store.ts';
import type { TagsOperation } from './deps.ts';
import { notFound, readOwnTaggable, stillThere } from './resource.ts';

export const deleteTags: TagsOperation<'DeleteTags'> = {
  access: (input) => [{ action: 'sagemaker:DeleteTags', resource: input.ResourceArn ?? '*' }],
  async handle(input, call, deps) {
    const resource = readOwnTaggable(deps.kinds, input.ResourceArn, call);
    try {
      await deps.database.write([stillThere(resource), removeTags(resource.owner, input.TagKeys)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw notFound(call);
    }
    resource.kind.changed?.(resource.owner);
    return {};
  },
};
