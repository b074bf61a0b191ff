/** https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html */
import { accessTo } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { changeTags } from './tagged.ts';

export const tagResource: ApiGatewayOperation<'TagResource'> = {
  access: accessTo('PUT', ({ resourceArn }) => `/tags/${encodeURIComponent(resourceArn)}`),
  async handle({ resourceArn, tags }, call, deps) {
    await changeTags(deps, call, resourceArn, (old) => ({ ...old, ...tags }));
    return {};
  },
};
