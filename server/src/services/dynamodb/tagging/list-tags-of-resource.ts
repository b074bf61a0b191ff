/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html: a table has 50 tags at most, which are one page. */
import type { DynamoDbOperation } from '../deps.ts';
import { checkArn, onArn, taggedTable } from './resource.ts';

export const listTagsOfResource: DynamoDbOperation<'ListTagsOfResource'> = {
  access: (input, call, deps) => onArn('ListTagsOfResource', input.ResourceArn, call, deps),
  async handle({ ResourceArn: arn }, call, deps) {
    checkArn(arn, 'ListTagsOfResource', call);
    const { definition } = await taggedTable(arn, call, deps);
    return { Tags: Object.entries(definition.tags).map(([Key, Value]) => ({ Key, Value })) };
  },
};
