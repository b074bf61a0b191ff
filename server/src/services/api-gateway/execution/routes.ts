/** Requests to stages: by host (`<api-id>.execute-api[.<region>].localhost/<stage>/…`) and by path (`/restapis/<api-id>/<stage>/_user_request_/…`). */

import type { AwsAccess } from '../../../contract/aws.ts';
import type { WebRequestHead, WebRoute, WebRoutes } from '../../../contract/web-routes.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ApiGatewayDeps } from '../deps.ts';
import { type StageAddress, stageExecution } from './execute.ts';

export interface ExecutionDeps extends ApiGatewayDeps {
  readonly clock: Clock;
  readonly aws: AwsAccess;
  /** The platform's own address, which integrations may not call. */
  readonly endpoint: Promise<string>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const maxBodyBytes = 10 * 1024 * 1024;

const byPath = /^\/restapis\/([a-z0-9]+)\/([\w-]+)\/_user_request_(\/.*)?$/;
const byHost = /^([a-z0-9]+)\.execute-api\.(?:[a-z0-9-]+\.)?(localhost|amazonaws\.com)(?::\d+)?$/;

export function executionRoutes(deps: ExecutionDeps): WebRoutes {
  const execute = stageExecution(deps);
  const routeTo = (address: StageAddress): WebRoute => ({
    signingName: 'execute-api',
    maxBodyBytes,
    handle: (request) => execute(address, request),
  });
  return {
    match(head) {
      if (head.headers.host?.includes('.execute-api.')) {
        const address = addressByHost(head);
        if (address) return routeTo(address);
      }
      if (!head.path.startsWith('/restapis/')) return undefined;
      const [, apiId = '', stageName = '', path = '/'] = byPath.exec(head.path) ?? [];
      return apiId === '' ? undefined : routeTo({ apiId, stageName, path });
    },
  };
}

function addressByHost({ headers, path, domain }: WebRequestHead): StageAddress | undefined {
  let host = headers.host ?? '';
  if (domain !== undefined) host = host.replace(`.${domain}`, '.localhost');
  const apiId = byHost.exec(host)?.[1];
  if (apiId === undefined) return undefined;
  const [, stageName = '', ...rest] = path.split('/');
  return { apiId, stageName, path: `/${rest.join('/')}` };
}
