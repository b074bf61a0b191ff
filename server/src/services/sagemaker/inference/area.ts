/** Inference: models, endpoint configurations, and endpoints with their replicas. */
import { type Area, areaOperations } from '../shared/area.ts';
import type { SageMakerResources, WakingResources } from '../shared/deps.ts';
import { createEndpointConfig } from './endpoint-configs/create-endpoint-config.ts';
import { deleteEndpointConfig } from './endpoint-configs/delete-endpoint-config.ts';
import { describeEndpointConfig } from './endpoint-configs/describe-endpoint-config.ts';
import { listEndpointConfigs } from './endpoint-configs/list-endpoint-configs.ts';
import { createEndpoint } from './endpoints/create-endpoint.ts';
import { deleteEndpoint } from './endpoints/delete-endpoint.ts';
import { describeEndpoint } from './endpoints/describe-endpoint.ts';
import { startEndpointReconciler } from './endpoints/endpoint-reconciler.ts';
import { followRoutes } from './endpoints/follow-routes.ts';
import { listEndpoints } from './endpoints/list-endpoints.ts';
import { updateEndpoint } from './endpoints/update-endpoint.ts';
import { createModel } from './models/create-model.ts';
import { deleteModel } from './models/delete-model.ts';
import { describeModel } from './models/describe-model.ts';
import { listModels } from './models/list-models.ts';
import { searchable } from './searchable.ts';

export function startInference(resources: SageMakerResources): Area {
  const endpoints = startEndpointReconciler(resources);
  const followed = resources.background.isActive ? undefined : followRoutes(resources);
  return {
    operations: areaOperations<WakingResources>(
      { ...resources, wake: endpoints.wake },
      {
        CreateModel: createModel,
        DescribeModel: describeModel,
        ListModels: listModels,
        DeleteModel: deleteModel,
        CreateEndpointConfig: createEndpointConfig,
        DescribeEndpointConfig: describeEndpointConfig,
        ListEndpointConfigs: listEndpointConfigs,
        DeleteEndpointConfig: deleteEndpointConfig,
        CreateEndpoint: createEndpoint,
        DescribeEndpoint: describeEndpoint,
        ListEndpoints: listEndpoints,
        UpdateEndpoint: updateEndpoint,
        DeleteEndpoint: deleteEndpoint,
      },
    ),
    taggable: {
      model: { table: 'sagemaker_models' },
      'endpoint-config': { table: 'sagemaker_endpoint_configs' },
      // A prediction is authorized by its route, which holds the endpoint's tags.
      endpoint: { table: 'sagemaker_endpoints', changed: endpoints.wake },
    },
    searchable,
    async stop() {
      await endpoints.stop();
      await followed?.stop();
    },
  };
}
