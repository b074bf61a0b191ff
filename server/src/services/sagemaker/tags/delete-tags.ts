/** DeleteTags: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTags.html. Keys that are not there are no error. */
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { removeTags } from '../shared/tags/tag-store.ts';
import { notFound, readOwnTaggable, stillThere, tellServing } from './resource.ts';

export const deleteTags: SageMakerOperation<'DeleteTags'> = {
  access: (input) => [{ action: 'sagemaker:DeleteTags', resource: input.ResourceArn ?? '*' }],
  async handle(input, call, deps) {
    const resource = readOwnTaggable(input.ResourceArn, call);
    try {
      await deps.database.write([stillThere(resource), removeTags(resource.owner, input.TagKeys)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw notFound(call);
    }
    tellServing(resource, deps);
    return {};
  },
};
