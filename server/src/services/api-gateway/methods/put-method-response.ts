/** https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethodResponse.html */
import { accessTo, methodPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { badRequest, conflict } from '../refusals.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { findMethod } from './method.ts';
import { checkModels } from './models.ts';

export const putMethodResponse: ApiGatewayOperation<'PutMethodResponse'> = {
  access: accessTo('PUT', (input) => `${methodPath(input)}/responses/${input.statusCode}`),
  async handle(input, call, deps) {
    const { statusCode, responseParameters, responseModels } = input;
    checkModels(responseModels, call);
    for (const name of Object.keys(responseParameters ?? {})) {
      if (!/^method\.response\.header\.[!#$%&'*+.^`|~\w-]+$/.test(name)) {
        throw badRequest(call, `Invalid mapping expression specified: ${name}`);
      }
    }
    const response = { statusCode, responseParameters, responseModels };
    await changeApi(deps, call, input.restApiId, (api) => {
      const method = findMethod(api, input, call);
      if (method.methodResponses?.[statusCode]) throw conflict(call, 'Response already exists for this resource');
      method.methodResponses = { ...method.methodResponses, [statusCode]: response };
    });
    return response;
  },
};
