/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteIntegration.html */
import { accessTo, integrationPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { findMethod } from '../methods/method.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { findIntegration } from './integration.ts';

export const deleteIntegration: ApiGatewayOperation<'DeleteIntegration'> = {
  access: accessTo('DELETE', integrationPath),
  async handle(input, call, deps) {
    await changeApi(deps, call, input.restApiId, (api) => {
      findIntegration(api, input, call);
      delete findMethod(api, input, call).methodIntegration;
    });
    return {};
  },
};
