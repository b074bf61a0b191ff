/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployment.html */
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { noSuchDeployment } from '../refusals.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import { summaryOf, toDeployment } from './deployment.ts';
import { findDeployment } from './deployment-store.ts';

export const getDeployment: ApiGatewayOperation<'GetDeployment'> = {
  access: accessTo('GET', (input) => `${apiPath(input)}/deployments/${input.deploymentId}`),
  async handle({ restApiId, deploymentId, embed }, call, deps) {
    const { id } = await getApiRow(deps, call, restApiId);
    const row = await findDeployment(deps.database, id, deploymentId);
    if (!row) throw noSuchDeployment(call);
    return { ...toDeployment(row), apiSummary: embed?.includes('apisummary') ? summaryOf(row) : undefined };
  },
};
