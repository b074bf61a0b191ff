/** https://docs.aws.amazon.com/apigateway/latest/api/API_GetTags.html */
import { accessTo } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { tagsOf } from './tagged.ts';

export const getTags: ApiGatewayOperation<'GetTags'> = {
  access: accessTo('GET', ({ resourceArn }) => `/tags/${encodeURIComponent(resourceArn)}`),
  handle: async ({ resourceArn }, call, deps) => ({ tags: await tagsOf(deps, call, resourceArn) }),
};
