/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetMethod.html */
import { accessTo, methodPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getApi } from '../rest-apis/rest-api.ts';
import { findMethod } from './method.ts';

export const getMethod: ApiGatewayOperation<'GetMethod'> = {
  access: accessTo('GET', methodPath),
  handle: async (input, call, deps) => findMethod(await getApi(deps, call, input.restApiId), input, call),
};
