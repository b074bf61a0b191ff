/** ListModels: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html */
import type { SageMakerOperation } from '../deps.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { modelStore } from './model.ts';

export const listModels: SageMakerOperation<'ListModels'> = {
  access: () => [{ action: 'sagemaker:ListModels', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const models = await modelStore(deps.database).list({
      account: call.account,
      region: call.region,
      nameContains: input.NameContains,
      createdAfter: input.CreationTimeAfter,
      createdBefore: input.CreationTimeBefore,
      sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
      order: input.SortOrder === 'Ascending' ? 'asc' : 'desc',
      offset,
      limit: limit + 1,
    });
    return {
      Models: models
        .slice(0, limit)
        .map((model) => ({ ModelName: model.name, ModelArn: model.arn, CreationTime: model.createdAt })),
      ...(models.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
