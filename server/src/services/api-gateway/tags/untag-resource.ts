/** https://docs.aws.amazon.com/apigateway/latest/api/API_UntagResource.html */
import { accessTo } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { changeTags } from './tagged.ts';

export const untagResource: ApiGatewayOperation<'UntagResource'> = {
  access: accessTo('DELETE', ({ resourceArn }) => `/tags/${encodeURIComponent(resourceArn)}`),
  async handle({ resourceArn, tagKeys }, call, deps) {
    await changeTags(deps, call, resourceArn, (old) =>
      Object.fromEntries(Object.entries(old).filter(([key]) => !tagKeys.includes(key))),
    );
    return {};
  },
};
