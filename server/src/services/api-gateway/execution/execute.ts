/** One request to a stage: finds the deployment, the method, who may call it, and runs the integration. */
import { formatArn } from '../../../contract/arn.ts';
import type { WebCaller, WebRequest, WebResponse } from '../../../contract/web-routes.ts';
import { findDeployment } from '../deployments/deployment-store.ts';
import { readApi } from '../rest-apis/rest-api.ts';
import { readStage } from '../stages/stage.ts';
import { findRunningStage, type RunningStage } from '../stages/stage-store.ts';
import { answerOf, Failure, finish, forbidden, internalError, missingToken } from './answers.ts';
import { httpIntegration } from './http.ts';
import { type Invocation, lambdaIntegration } from './lambda.ts';
import { mockIntegration } from './mock.ts';
import { createRouter, type Router } from './router.ts';
import type { ExecutionDeps } from './routes.ts';

export interface StageAddress {
  readonly apiId: string;
  readonly stageName: string;
  /** Below the stage. */
  readonly path: string;
}

interface Deployed {
  readonly isDisabled: boolean;
  readonly binaryMediaTypes: readonly string[];
  readonly route: Router;
}

/** Deployments never change, so those in use are kept. */
const mostKept = 200;

export function stageExecution(deps: ExecutionDeps) {
  const kept = new Map<string, Deployed>();
  const deployed = async (apiId: string, deploymentId: string): Promise<Deployed | undefined> => {
    const key = `${apiId}/${deploymentId}`;
    const known = kept.get(key);
    if (known) return known;
    const row = await findDeployment(deps.database, apiId, deploymentId);
    if (!row) return undefined;
    const api = readApi(row.snapshot);
    const made = {
      isDisabled: api.disableExecuteApiEndpoint,
      binaryMediaTypes: api.binaryMediaTypes ?? [],
      route: createRouter(api),
    };
    const [oldest] = kept.keys();
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  };
  const answer = async (address: StageAddress, request: WebRequest): Promise<WebResponse> => {
    const stage = await findRunningStage(deps.database, address.apiId, address.stageName);
    const deployment = stage && (await deployed(address.apiId, stage.deployment_id));
    if (!stage || !deployment || deployment.isDisabled) return answerOf(forbidden);
    const found = deployment.route(request.method, address.path);
    if (!found) return answerOf(missingToken);
    const needsCaller = found.method.authorizationType === 'AWS_IAM';
    const caller = needsCaller ? await request.caller() : undefined;
    if (needsCaller && !caller) return answerOf(missingToken);
    const refused = caller && (await refuse(caller, address, stage, request));
    if (refused) return refused;
    const { binaryMediaTypes } = deployment;
    const api = {
      ...stage,
      deploymentId: stage.deployment_id,
      variables: readStage(stage).variables,
      binaryMediaTypes,
    };
    return integrate({ found, request, address, api, caller, deps });
  };
  return async (address: StageAddress, request: WebRequest): Promise<WebResponse> =>
    finish(await answer(address, request), request);
}

async function integrate(running: Omit<Invocation, 'integration'>): Promise<WebResponse> {
  const { found, request, deps } = running;
  const integration = found.method.methodIntegration;
  if (!integration) return answerOf(internalError);
  // Throws if it is too large, whether the integration reads it or not.
  await request.body();
  try {
    if (integration.type === 'MOCK') return await mockIntegration(integration, request);
    if (integration.type === 'HTTP' || integration.type === 'HTTP_PROXY') {
      return await httpIntegration({ integration, found, request, deps });
    }
    return await lambdaIntegration({ ...running, integration });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    request.log.debug('api-gateway: integration failed', { error: error.cause ?? error.message });
    return answerOf(error.response);
  }
}

/** AWS_IAM: the caller needs execute-api:Invoke, and is of the API's account. */
async function refuse(
  caller: WebCaller,
  { apiId, stageName, path }: StageAddress,
  { account, region }: RunningStage,
  request: WebRequest,
): Promise<WebResponse | undefined> {
  const resource = formatArn('execute-api', region, account, `${apiId}/${stageName}/${request.method}${path}`);
  const decision = await caller.authorize([
    { action: 'execute-api:Invoke', resource, resourcePolicy: { account, document: undefined } },
  ]);
  if (decision.allowed) return undefined;
  return {
    status: 403,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ Message: decision.reason }),
  };
}
