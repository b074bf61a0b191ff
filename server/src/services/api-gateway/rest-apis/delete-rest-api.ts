/** https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteRestApi.html */
import { Conflict } from '../../../storage/database.ts';
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { noSuchApi } from '../refusals.ts';
import { getApiRow } from './rest-api.ts';
import { removeRestApi } from './rest-api-store.ts';

export const deleteRestApi: ApiGatewayOperation<'DeleteRestApi'> = {
  access: accessTo('DELETE', apiPath),
  async handle({ restApiId }, call, deps) {
    const { id } = await getApiRow(deps, call, restApiId);
    try {
      await deps.database.write(removeRestApi(id));
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw noSuchApi(call, id);
    }
    return {};
  },
};
