/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html */
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import { toStage } from './stage.ts';
import { listStages } from './stage-store.ts';

export const getStages: ApiGatewayOperation<'GetStages'> = {
  access: accessTo('GET', (input) => `${apiPath(input)}/stages`),
  async handle({ restApiId, deploymentId }, call, deps) {
    const { id } = await getApiRow(deps, call, restApiId);
    const rows = await listStages(deps.database, id);
    const shown = rows.filter((row) => deploymentId === undefined || row.deployment_id === deploymentId);
    return { item: shown.map(toStage) };
  },
};
