/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html */
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { readPage, writePage } from '../page.ts';
import { getApi } from '../rest-apis/rest-api.ts';
import { toResource } from './resource.ts';

export const getResources: ApiGatewayOperation<'GetResources'> = {
  access: accessTo('GET', (input) => `${apiPath(input)}/resources`),
  async handle(input, call, deps) {
    const page = readPage(`resources of ${input.restApiId}`, input, call);
    const api = await getApi(deps, call, input.restApiId);
    const rows = Object.keys(api.resources)
      .filter((id) => id > page.after)
      .sort()
      .slice(0, page.limit + 1)
      .map((id) => ({ id }));
    const { shown, position } = writePage(rows, page);
    return { items: shown.map(({ id }) => toResource(api, id, input.embed)), position };
  },
};
