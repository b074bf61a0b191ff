/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html */
import { Conflict } from '../../../storage/database.ts';
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { badRequest, noSuchDeployment } from '../refusals.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import { findDeployment, removeDeployment } from './deployment-store.ts';

export const deleteDeployment: ApiGatewayOperation<'DeleteDeployment'> = {
  access: accessTo('DELETE', (input) => `${apiPath(input)}/deployments/${input.deploymentId}`),
  async handle({ restApiId, deploymentId }, call, deps) {
    const { id } = await getApiRow(deps, call, restApiId);
    if (!(await findDeployment(deps.database, id, deploymentId))) throw noSuchDeployment(call);
    try {
      await deps.database.write([removeDeployment(id, deploymentId)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw badRequest(call, 'Active stages pointing to this deployment must be moved or deleted');
    }
    return {};
  },
};
