/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteMethod.html */
import { accessTo, methodPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { findResource } from '../resources/resource.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { findMethod } from './method.ts';

export const deleteMethod: ApiGatewayOperation<'DeleteMethod'> = {
  access: accessTo('DELETE', methodPath),
  async handle(input, call, deps) {
    await changeApi(deps, call, input.restApiId, (api) => {
      findMethod(api, input, call);
      delete findResource(api, input.resourceId, call).methods[input.httpMethod];
    });
    return {};
  },
};
