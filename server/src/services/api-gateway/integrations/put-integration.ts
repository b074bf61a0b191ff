/** https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html */
import type { Integration } from '@aws-sdk/client-api-gateway';
import { accessTo, integrationPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { findMethod } from '../methods/method.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { checkIntegration } from './check-integration.ts';

export const putIntegration: ApiGatewayOperation<'PutIntegration'> = {
  access: accessTo('PUT', integrationPath),
  async handle(input, call, deps) {
    checkIntegration(input, call);
    const integration: Integration = {
      type: input.type,
      httpMethod: input.type === 'MOCK' ? undefined : input.integrationHttpMethod,
      uri: input.type === 'MOCK' ? undefined : input.uri,
      requestParameters: input.requestParameters,
      requestTemplates: input.requestTemplates,
      passthroughBehavior: input.passthroughBehavior ?? 'WHEN_NO_MATCH',
      timeoutInMillis: input.timeoutInMillis ?? 29_000,
      cacheNamespace: input.cacheNamespace ?? input.resourceId,
      cacheKeyParameters: [],
    };
    await changeApi(deps, call, input.restApiId, (api) => {
      findMethod(api, input, call).methodIntegration = integration;
    });
    return integration;
  },
};
