/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html */
import { accessTo } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { readPage, writePage } from '../page.ts';
import { readApi, toRestApi } from './rest-api.ts';
import { listRestApis } from './rest-api-store.ts';

export const getRestApis: ApiGatewayOperation<'GetRestApis'> = {
  access: accessTo('GET', () => '/restapis'),
  async handle(input, call, deps) {
    const page = readPage('rest-apis', input, call);
    const rows = await listRestApis(deps.database, call.account, call.region, page);
    const { shown, position } = writePage(rows, page);
    return { items: shown.map((row) => toRestApi(readApi(row.document), row)), position };
  },
};
