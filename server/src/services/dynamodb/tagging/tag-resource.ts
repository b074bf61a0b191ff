/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { changeDefinition } from '../tables/change.ts';
import { checkArn, onArn, taggedTable } from './resource.ts';
import { checkTagCount, checkTags, tagsFrom } from './tags.ts';

export const tagResource: DynamoDbOperation<'TagResource'> = {
  access: (input, call, deps) => onArn('TagResource', input.ResourceArn, call, deps),
  async handle({ ResourceArn: arn, Tags: tags }, call, deps) {
    checkArn(arn, 'TagResource', call, () => {
      if ((tags as unknown) === undefined)
        throw invalid(
          "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
        );
    });
    if (tags.length === 0) throw invalid('Atleast one Tag needs to be provided as Input.');
    checkTags(tags);
    await changeDefinition(
      deps,
      call,
      () => taggedTable(arn, call, deps),
      ({ definition }) => {
        const all = { ...definition.tags, ...tagsFrom(tags) };
        checkTagCount(all);
        return { definition: { ...definition, tags: all } };
      },
    );
    return {};
  },
};
