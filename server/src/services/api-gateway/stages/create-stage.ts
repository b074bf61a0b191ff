/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html */
import { Conflict } from '../../../storage/database.ts';
import { accessTo, apiPath } from '../access.ts';
import { requireDeployment } from '../deployments/deployment-store.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { badRequest, conflict, refuseUnsupported } from '../refusals.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import { checkTags } from '../tags/tagged.ts';
import { checkStageName, checkVariables, newStage, toStage } from './stage.ts';
import { insertStage } from './stage-store.ts';

export const createStage: ApiGatewayOperation<'CreateStage'> = {
  access: accessTo('POST', (input) => `${apiPath(input)}/stages`),
  async handle(input, call, deps) {
    const { cacheClusterEnabled, canarySettings, tracingEnabled, documentationVersion } = input;
    refuseUnsupported(call, { cacheClusterEnabled, canarySettings, tracingEnabled, documentationVersion });
    const { stageName, deploymentId, description, variables, tags } = input;
    checkStageName(stageName, call);
    checkVariables(variables, call);
    checkTags(tags ?? {}, call);
    const { id } = await getApiRow(deps, call, input.restApiId);
    const row = newStage({ api_id: id, id: deploymentId }, stageName, { description, variables, tags }, call);
    try {
      await deps.database.write([requireDeployment(id, deploymentId), insertStage(row)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      if (cause.index === 0) throw badRequest(call, 'Deployment id does not exist');
      throw conflict(call, 'Stage already exists');
    }
    return toStage(row);
  },
};
