/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteResource.html */
import { accessTo, resourcePath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { badRequest } from '../refusals.ts';
import { changeApi, type RestApiDocument } from '../rest-apis/rest-api.ts';
import { childrenOf, findResource } from './resource.ts';

export const deleteResource: ApiGatewayOperation<'DeleteResource'> = {
  access: accessTo('DELETE', resourcePath),
  async handle({ restApiId, resourceId }, call, deps) {
    await changeApi(deps, call, restApiId, (api) => {
      findResource(api, resourceId, call);
      if (resourceId === api.rootResourceId) throw badRequest(call, 'Root resource cannot be deleted');
      remove(api, resourceId);
    });
    return {};
  },
};

/** With all that is below it. */
function remove(api: RestApiDocument, id: string): void {
  for (const [child] of childrenOf(api, id)) remove(api, child);
  delete api.resources[id];
}
