/** Who may manage APIs: IAM's actions are HTTP's methods and the resources are the API's paths. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html */
import { formatArn } from '../../contract/arn.ts';
import type { Call } from '../../contract/call.ts';
import type { Access } from '../../contract/operation.ts';

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export const managementArn = (region: string, path: string) => formatArn('apigateway', region, '', path);

export const accessTo =
  <I>(verb: Verb, path: (input: I) => string) =>
  (input: I, call: Call): Access[] => [
    { action: `apigateway:${verb}`, resource: managementArn(call.region, path(input)) },
  ];

interface Target {
  readonly restApiId: string;
  readonly resourceId?: string | undefined;
  readonly httpMethod?: string | undefined;
  readonly stageName?: string | undefined;
}

export const apiPath = ({ restApiId }: Target) => `/restapis/${restApiId}`;
export const resourcePath = (input: Target) => `${apiPath(input)}/resources/${input.resourceId}`;
export const methodPath = (input: Target) => `${resourcePath(input)}/methods/${input.httpMethod}`;
export const integrationPath = (input: Target) => `${methodPath(input)}/integration`;
export const stagePath = (input: Target) => `${apiPath(input)}/stages/${input.stageName}`;
