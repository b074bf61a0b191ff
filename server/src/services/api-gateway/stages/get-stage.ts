/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetStage.html */
import { accessTo, stagePath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { getStageRow, toStage } from './stage.ts';

export const getStage: ApiGatewayOperation<'GetStage'> = {
  access: accessTo('GET', stagePath),
  handle: async ({ restApiId, stageName }, call, deps) => toStage(await getStageRow(deps, call, restApiId, stageName)),
};
