/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteStage.html */
import { Conflict } from '../../../storage/database.ts';
import { accessTo, stagePath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { noSuchStage } from '../refusals.ts';
import { getStageRow } from './stage.ts';
import { removeStage } from './stage-store.ts';

export const deleteStage: ApiGatewayOperation<'DeleteStage'> = {
  access: accessTo('DELETE', stagePath),
  async handle({ restApiId, stageName }, call, deps) {
    const { api_id } = await getStageRow(deps, call, restApiId, stageName);
    try {
      await deps.database.write([removeStage(api_id, stageName)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw noSuchStage(call);
    }
    return {};
  },
};
