/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayDeps, ApiGatewayOperation } from '../deps.ts';
import { newDeploymentId } from '../ids.ts';
import { badRequest, conflict, noSuchApi, refuseUnsupported } from '../refusals.ts';
import { getApiRow, type RestApiDocument, readApi } from '../rest-apis/rest-api.ts';
import { requireRestApi } from '../rest-apis/rest-api-store.ts';
import { checkStageName, checkVariables, newStage, readStage } from '../stages/stage.ts';
import { findStage, insertStage, updateStage } from '../stages/stage-store.ts';
import type { DeploymentRow } from '../tables.ts';
import { toDeployment } from './deployment.ts';
import { insertDeployment } from './deployment-store.ts';

type Given = Input<'api-gateway', 'CreateDeployment'>;

export const createDeployment: ApiGatewayOperation<'CreateDeployment'> = {
  access: accessTo('POST', (input) => `${apiPath(input)}/deployments`),
  async handle(input, call, deps) {
    const { cacheClusterEnabled, canarySettings, tracingEnabled, stageName } = input;
    refuseUnsupported(call, { cacheClusterEnabled, canarySettings, tracingEnabled });
    const api = await getApiRow(deps, call, input.restApiId);
    checkMethods(readApi(api.document), call);
    const row = {
      api_id: api.id,
      id: newDeploymentId(),
      created_at: call.now.getTime(),
      description: input.description ?? null,
      snapshot: api.document,
    };
    const stage = stageName ? await stageStatements(stageName, row, input, call, deps) : [];
    try {
      await deps.database.write([requireRestApi(api.id), insertDeployment(row), ...stage]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      if (cause.index === 0) throw noSuchApi(call, api.id);
      throw conflict(call, 'Unable to complete operation due to concurrent modification. Please try again later.');
    }
    return toDeployment(row);
  },
};

function checkMethods(api: RestApiDocument, call: Call): void {
  const methods = Object.values(api.resources).flatMap((resource) => Object.values(resource.methods));
  if (methods.length === 0) throw badRequest(call, "The REST API doesn't contain any methods");
  if (methods.some(({ methodIntegration }) => !methodIntegration)) {
    throw badRequest(call, 'No integration defined for method');
  }
}

/** The stage is created, or moves to the new deployment. */
async function stageStatements(
  name: string,
  row: DeploymentRow,
  input: Given,
  call: Call,
  deps: ApiGatewayDeps,
): Promise<Statement[]> {
  checkStageName(name, call);
  checkVariables(input.variables, call);
  const old = await findStage(deps.database, row.api_id, name);
  const given = { description: input.stageDescription, variables: input.variables };
  if (!old) return [insertStage(newStage(row, name, given, call))];
  const document = readStage(old);
  const changed = {
    ...document,
    description: given.description ?? document.description,
    variables: given.variables ?? document.variables,
  };
  return [
    updateStage(old, {
      deployment_id: row.id,
      updated_at: call.now.getTime(),
      document: JSON.stringify(changed),
    }),
  ];
}
