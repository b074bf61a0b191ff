/**
 * API Gateway: the table of its operations. Requests to stages are in execution/.
 *
 * Gaps:
 * - Integrations are MOCK, HTTP, HTTP_PROXY, and AWS and AWS_PROXY with Lambda functions; other services and roles (credentials) are refused.
 * - Templates are fixed text; variables and directives are refused.
 * - Parameters are mapped from parameters and fixed text; bodies, context and stage variables are refused as sources.
 * - Authorization is NONE or AWS_IAM; authorizers and resource policies are refused.
 * - API keys, models, validators, caches, canaries, compression, client certificates, access logs and method settings are refused.
 * - aws:ResourceTag is not known for operations of this service: conditions on it deny.
 *
 * Differs from AWS by design:
 * - A deployed change is visible to the next request.
 * - EDGE and REGIONAL APIs are the same.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { createDeployment } from './deployments/create-deployment.ts';
import { deleteDeployment } from './deployments/delete-deployment.ts';
import { getDeployment } from './deployments/get-deployment.ts';
import { getDeployments } from './deployments/get-deployments.ts';
import { type ExecutionDeps, executionRoutes } from './execution/routes.ts';
import { deleteIntegration } from './integrations/delete-integration.ts';
import { getIntegration } from './integrations/get-integration.ts';
import { putIntegration } from './integrations/put-integration.ts';
import { putIntegrationResponse } from './integrations/put-integration-response.ts';
import { deleteMethod } from './methods/delete-method.ts';
import { getMethod } from './methods/get-method.ts';
import { putMethod } from './methods/put-method.ts';
import { putMethodResponse } from './methods/put-method-response.ts';
import { createResource } from './resources/create-resource.ts';
import { deleteResource } from './resources/delete-resource.ts';
import { getResource } from './resources/get-resource.ts';
import { getResources } from './resources/get-resources.ts';
import { createRestApi } from './rest-apis/create-rest-api.ts';
import { deleteRestApi } from './rest-apis/delete-rest-api.ts';
import { getRestApi } from './rest-apis/get-rest-api.ts';
import { getRestApis } from './rest-apis/get-rest-apis.ts';
import { updateRestApi } from './rest-apis/update-rest-api.ts';
import { createStage } from './stages/create-stage.ts';
import { deleteStage } from './stages/delete-stage.ts';
import { getStage } from './stages/get-stage.ts';
import { getStages } from './stages/get-stages.ts';
import { updateStage } from './stages/update-stage.ts';
import { getTags } from './tags/get-tags.ts';
import { tagResource } from './tags/tag-resource.ts';
import { untagResource } from './tags/untag-resource.ts';

export function apiGatewayService(deps: ExecutionDeps): Service {
  const table = {
    CreateDeployment: createDeployment,
    CreateResource: createResource,
    CreateRestApi: createRestApi,
    CreateStage: createStage,
    DeleteDeployment: deleteDeployment,
    DeleteIntegration: deleteIntegration,
    DeleteMethod: deleteMethod,
    DeleteResource: deleteResource,
    DeleteRestApi: deleteRestApi,
    DeleteStage: deleteStage,
    GetDeployment: getDeployment,
    GetDeployments: getDeployments,
    GetIntegration: getIntegration,
    GetMethod: getMethod,
    GetResource: getResource,
    GetResources: getResources,
    GetRestApi: getRestApi,
    GetRestApis: getRestApis,
    GetStage: getStage,
    GetStages: getStages,
    GetTags: getTags,
    PutIntegration: putIntegration,
    PutIntegrationResponse: putIntegrationResponse,
    PutMethod: putMethod,
    PutMethodResponse: putMethodResponse,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateRestApi: updateRestApi,
    UpdateStage: updateStage,
  };
  return defineService('api-gateway', deps, table, { webRoutes: executionRoutes(deps) });
}
