/** AddTags: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html. An existing key gets the new value. */
import { Conflict } from '../../../storage/database.ts';
import { checkTags } from '../shared/tags/given-tags.ts';
import { listTags, putTag, requireTagQuota } from '../shared/tags/tag-store.ts';
import type { TagsOperation } from './deps.ts';
import { notFound, readOwnTaggable, stillThere } from './resource.ts';

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html#tag-conventions */
const quota = 50;

export const addTags: TagsOperation<'AddTags'> = {
  access: (input) => [{ action: 'sagemaker:AddTags', resource: input.ResourceArn ?? '*' }],
  async handle(input, call, deps) {
    const resource = readOwnTaggable(deps.kinds, input.ResourceArn, call);
    checkTags(input.Tags, call);
    const last = input.Tags.at(-1);
    try {
      await deps.database.write([
        stillThere(resource),
        ...input.Tags.map((tag) => putTag(resource.owner, tag)),
        ...(last ? [requireTagQuota(resource.owner, last.Key, quota)] : []),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw notFound(call);
      throw call.error('ValidationException', `A resource can have at most ${quota} tags.`, { cause: error });
    }
    resource.kind.changed?.(resource.owner);
    return { Tags: await listTags(deps.database, resource.owner) };
  },
};
