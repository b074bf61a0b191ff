/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployments.html */
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { readPage, writePage } from '../page.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import { toDeployment } from './deployment.ts';
import { listDeployments } from './deployment-store.ts';

export const getDeployments: ApiGatewayOperation<'GetDeployments'> = {
  access: accessTo('GET', (input) => `${apiPath(input)}/deployments`),
  async handle(input, call, deps) {
    const page = readPage(`deployments of ${input.restApiId}`, input, call);
    const { id } = await getApiRow(deps, call, input.restApiId);
    const { shown, position } = writePage(await listDeployments(deps.database, id, page), page);
    return { items: shown.map(toDeployment), position };
  },
};
