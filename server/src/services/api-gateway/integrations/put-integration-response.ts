/** https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegrationResponse.html */

import type { IntegrationResponse, Method } from '@aws-sdk/client-api-gateway';
import { RE2JS } from 're2js';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { accessTo, integrationPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { findMethod } from '../methods/method.ts';
import { badRequest, notFound, refuseUnsupported } from '../refusals.ts';
import { changeApi } from '../rest-apis/rest-api.ts';
import { checkTemplates } from './check-integration.ts';
import { findIntegration } from './integration.ts';
import { parseResponseMapping } from './parameters.ts';

type Given = Input<'api-gateway', 'PutIntegrationResponse'>;

export const putIntegrationResponse: ApiGatewayOperation<'PutIntegrationResponse'> = {
  access: accessTo('PUT', (input) => `${integrationPath(input)}/responses/${input.statusCode}`),
  async handle(input, call, deps) {
    const { statusCode, selectionPattern, responseParameters, responseTemplates, contentHandling } = input;
    refuseUnsupported(call, { contentHandling });
    checkTemplates('responseTemplates', responseTemplates, call);
    checkPattern(selectionPattern, call);
    const response: IntegrationResponse = { statusCode, selectionPattern, responseParameters, responseTemplates };
    await changeApi(deps, call, input.restApiId, (api) => {
      const integration = findIntegration(api, input, call);
      checkParameters(input, findMethod(api, input, call), call);
      integration.integrationResponses = { ...integration.integrationResponses, [statusCode]: response };
    });
    return response;
  },
};

function checkPattern(pattern: string | undefined, call: Call): void {
  try {
    if (pattern !== undefined) RE2JS.compile(pattern);
  } catch (cause) {
    throw call.error('BadRequestException', `Invalid selectionPattern specified: ${pattern}`, { cause });
  }
}

/** A header must be declared by the method's response of the same status. */
function checkParameters({ statusCode, responseParameters = {} }: Given, method: Method, call: Call): void {
  const declared = method.methodResponses?.[statusCode];
  if (!declared) throw notFound(call, 'Invalid Response status code specified');
  for (const [target, source] of Object.entries(responseParameters)) {
    const reason = !Object.hasOwn(declared.responseParameters ?? {}, target)
      ? `Invalid mapping expression parameter specified: ${target}`
      : !parseResponseMapping(target, source) && `Invalid mapping expression specified: ${source}`;
    if (reason) {
      throw badRequest(
        call,
        `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${reason}]`,
      );
    }
  }
}
