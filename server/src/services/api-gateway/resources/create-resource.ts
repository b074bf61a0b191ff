/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html */
import type { Call } from '../../../contract/call.ts';
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { newResourceId } from '../ids.ts';
import { badRequest, conflict } from '../refusals.ts';
import { changeApi, type RestApiDocument } from '../rest-apis/rest-api.ts';
import { childrenOf, findResource, pathOf, toResource } from './resource.ts';

export const createResource: ApiGatewayOperation<'CreateResource'> = {
  access: accessTo('POST', (input) => `${apiPath(input)}/resources/${input.parentId}`),
  handle: ({ restApiId, parentId, pathPart }, call, deps) =>
    changeApi(deps, call, restApiId, (api) => {
      const parent = findResource(api, parentId, call);
      if (isGreedy(parent.pathPart)) {
        throw badRequest(
          call,
          `Cannot create a child of a resource with a greedy path variable: ${pathOf(api, parentId)}`,
        );
      }
      checkPart(api, parentId, pathPart, call);
      if (Object.keys(api.resources).length > mostResources) {
        throw call.error('LimitExceededException', 'Maximum number of resources for this API has been reached');
      }
      const id = newResourceId();
      api.resources[id] = { parentId, pathPart, methods: {} };
      return toResource(api, id);
    }),
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const mostResources = 300;

const isVariable = (part = '') => part.startsWith('{');
const isGreedy = (part = '') => part.endsWith('+}');

function checkPart(api: RestApiDocument, parentId: string, part: string, call: Call): void {
  if (!/^(?:[\w.:~-]+|\{[\w.-]+\+?\})$/.test(part)) {
    throw badRequest(
      call,
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    );
  }
  for (const [, { pathPart }] of childrenOf(api, parentId)) {
    if (pathPart === part) {
      throw conflict(call, `Another resource with the same parent already has this name: ${part}`);
    }
    if (isVariable(pathPart) && isVariable(part)) {
      throw badRequest(
        call,
        `A sibling (${pathPart}) of this resource already has a variable path part -- only one is allowed`,
      );
    }
  }
}
