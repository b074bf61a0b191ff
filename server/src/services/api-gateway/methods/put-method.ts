/** https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html */
import type { Method } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { accessTo, methodPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { badRequest, conflict, refuseUnsupported } from '../refusals.ts';
import { findResource } from '../resources/resource.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { checkModels } from './models.ts';

const httpMethods = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'];

export const putMethod: ApiGatewayOperation<'PutMethod'> = {
  access: accessTo('PUT', methodPath),
  async handle(input, call, deps) {
    check(input, call);
    const { authorizationType, operationName, requestParameters, requestModels } = input;
    const { httpMethod } = input;
    const method: Method = {
      httpMethod,
      authorizationType,
      apiKeyRequired: false,
      operationName,
      requestParameters,
      requestModels,
    };
    await changeApi(deps, call, input.restApiId, (api) => {
      const { methods } = findResource(api, input.resourceId, call);
      if (Object.hasOwn(methods, httpMethod)) throw conflict(call, 'Method already exists for this resource');
      methods[httpMethod] = method;
    });
    return method;
  },
};

function check(input: Input<'api-gateway', 'PutMethod'>, call: Call): void {
  const { httpMethod, authorizationType, authorizerId, apiKeyRequired, requestValidatorId } = input;
  if (!httpMethods.includes(httpMethod)) {
    throw badRequest(call, `Invalid HttpMethod specified. Valid options are ${httpMethods.join(',')}`);
  }
  if (authorizationType === 'CUSTOM' || authorizationType === 'COGNITO_USER_POOLS') {
    throw badRequest(call, `authorizationType ${authorizationType} is not supported.`);
  }
  if (authorizationType !== 'NONE' && authorizationType !== 'AWS_IAM') {
    throw badRequest(
      call,
      'Invalid authorizationType specified. Valid options are NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS',
    );
  }
  const { authorizationScopes } = input;
  refuseUnsupported(call, { authorizerId, apiKeyRequired, requestValidatorId, authorizationScopes });
  for (const name of Object.keys(input.requestParameters ?? {})) {
    if (!/^method\.request\.(?:path|querystring|multivaluequerystring|header|multivalueheader)\..+$/.test(name)) {
      throw badRequest(call, `Invalid mapping expression specified: ${name}`);
    }
  }
  checkModels(input.requestModels, call);
}
