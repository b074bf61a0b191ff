/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html */
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { changeDefinition } from '../tables/change.ts';
import { checkArn, onArn, taggedTable } from './resource.ts';

export const untagResource: DynamoDbOperation<'UntagResource'> = {
  access: (input, call, deps) => onArn('UntagResource', input.ResourceArn, call, deps),
  async handle({ ResourceArn: arn, TagKeys: keys }, call, deps) {
    checkArn(arn, 'UntagResource', call, () => {
      if ((keys as unknown) === undefined)
        throw invalid(
          "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
        );
    });
    if (keys.length === 0) throw invalid('Atleast one Tag Key needs to be provided as Input.');
    await changeDefinition(
      deps,
      call,
      () => taggedTable(arn, call, deps, 'Requested resource not found'),
      ({ definition }) => {
        const tags = Object.fromEntries(Object.entries(definition.tags).filter(([key]) => !keys.includes(key)));
        return { definition: { ...definition, tags } };
      },
    );
    return {};
  },
};
