/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetIntegration.html */
import { accessTo, integrationPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getApi } from '../rest-apis/rest-api.ts';
import { findIntegration } from './integration.ts';

export const getIntegration: ApiGatewayOperation<'GetIntegration'> = {
  access: accessTo('GET', integrationPath),
  handle: async (input, call, deps) => findIntegration(await getApi(deps, call, input.restApiId), input, call),
};
