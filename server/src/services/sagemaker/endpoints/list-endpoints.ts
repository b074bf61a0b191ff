/** ListEndpoints: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html */
import type { SageMakerOperation } from '../deps.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { endpointStore } from './endpoint-store.ts';

export const listEndpoints: SageMakerOperation<'ListEndpoints'> = {
  access: () => [{ action: 'sagemaker:ListEndpoints', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const endpoints = await endpointStore(deps.database).list(call, {
      nameContains: input.NameContains,
      status: input.StatusEquals,
      createdAfter: input.CreationTimeAfter,
      createdBefore: input.CreationTimeBefore,
      modifiedAfter: input.LastModifiedTimeAfter,
      modifiedBefore: input.LastModifiedTimeBefore,
      sortBy: input.SortBy === 'Name' ? 'name' : input.SortBy === 'Status' ? 'status' : 'created_at',
      order: input.SortOrder === 'Ascending' ? 'asc' : 'desc',
      offset,
      limit: limit + 1,
    });
    return {
      Endpoints: endpoints.slice(0, limit).map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: endpoint.createdAt,
        LastModifiedTime: endpoint.modifiedAt,
        EndpointStatus: endpoint.status,
      })),
      ...(endpoints.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
