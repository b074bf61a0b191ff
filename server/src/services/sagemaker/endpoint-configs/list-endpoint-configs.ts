/** ListEndpointConfigs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html */
import type { SageMakerOperation } from '../deps.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { endpointConfigStore } from './endpoint-config.ts';

export const listEndpointConfigs: SageMakerOperation<'ListEndpointConfigs'> = {
  access: () => [{ action: 'sagemaker:ListEndpointConfigs', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const configs = await endpointConfigStore(deps.database).list({
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
      EndpointConfigs: configs.slice(0, limit).map((config) => ({
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        CreationTime: config.createdAt,
      })),
      ...(configs.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
