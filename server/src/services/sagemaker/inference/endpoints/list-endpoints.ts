/** ListEndpoints: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { listPageOf, nextOffset, shownOf } from '../../shared/list-page.ts';
import { endpointStore } from './endpoint-store.ts';

export const listEndpoints: SageMakerOperation<'ListEndpoints'> = {
  access: () => [{ action: 'sagemaker:ListEndpoints', resource: '*' }],
  async handle(input, call, deps) {
    const page = listPageOf(input, call, 'Descending');
    const endpoints = await endpointStore(deps.database).list(call, {
      ...page,
      sortBy: input.SortBy === 'Status' ? 'status' : page.sortBy,
      status: input.StatusEquals,
      modifiedAfter: input.LastModifiedTimeAfter,
      modifiedBefore: input.LastModifiedTimeBefore,
    });
    return {
      Endpoints: shownOf(page, endpoints).map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: endpoint.createdAt,
        LastModifiedTime: endpoint.modifiedAt,
        EndpointStatus: endpoint.status,
      })),
      ...nextOffset(page, endpoints),
    };
  },
};
