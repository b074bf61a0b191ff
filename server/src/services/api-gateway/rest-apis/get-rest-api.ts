/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApi.html */
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getApiRow, readApi, toRestApi } from './rest-api.ts';

export const getRestApi: ApiGatewayOperation<'GetRestApi'> = {
  access: accessTo('GET', apiPath),
  async handle({ restApiId }, call, deps) {
    const row = await getApiRow(deps, call, restApiId);
    return toRestApi(readApi(row.document), row);
  },
};
