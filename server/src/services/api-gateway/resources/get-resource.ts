/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetResource.html */
import { accessTo, resourcePath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getApi } from '../rest-apis/rest-api.ts';
import { findResource, toResource } from './resource.ts';

export const getResource: ApiGatewayOperation<'GetResource'> = {
  access: accessTo('GET', resourcePath),
  async handle({ restApiId, resourceId, embed }, call, deps) {
    const api = await getApi(deps, call, restApiId);
    findResource(api, resourceId, call);
    return toResource(api, resourceId, embed);
  },
};
