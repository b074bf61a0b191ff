/** ListEndpointConfigs: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpointConfigs.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { listPageOf, nextOffset, shownOf } from '../../shared/list-page.ts';
import { endpointConfigStore } from './endpoint-config.ts';

export const listEndpointConfigs: SageMakerOperation<'ListEndpointConfigs'> = {
  access: () => [{ action: 'sagemaker:ListEndpointConfigs', resource: '*' }],
  async handle(input, call, deps) {
    const page = listPageOf(input, call, 'Descending');
    const configs = await endpointConfigStore(deps.database).list(call, page);
    return {
      EndpointConfigs: shownOf(page, configs).map((config) => ({
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        CreationTime: config.createdAt,
      })),
      ...nextOffset(page, configs),
    };
  },
};
