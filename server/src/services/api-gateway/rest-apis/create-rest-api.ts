/** https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html */
import type { EndpointConfiguration } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { accessTo } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { newApiId } from '../ids.ts';
import { badRequest, refuseUnsupported } from '../refusals.ts';
import { checkTags } from '../tags/tagged.ts';
import { type RestApiDocument, toRestApi } from './rest-api.ts';
import { insertRestApi } from './rest-api-store.ts';

type Given = Input<'api-gateway', 'CreateRestApi'>;

export const createRestApi: ApiGatewayOperation<'CreateRestApi'> = {
  access: accessTo('POST', () => '/restapis'),
  async handle(input, call, deps) {
    check(input, call);
    const rootResourceId = newApiId();
    const document: RestApiDocument = {
      name: input.name,
      description: input.description,
      version: input.version,
      binaryMediaTypes: input.binaryMediaTypes?.length ? input.binaryMediaTypes : undefined,
      disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
      endpointConfiguration: endpointOf(input, call),
      tags: input.tags,
      rootResourceId,
      resources: { [rootResourceId]: { methods: {} } },
    };
    const { account, region, now } = call;
    const row = {
      id: newApiId(),
      account,
      region,
      created_at: now.getTime(),
      version: 1,
      document: JSON.stringify(document),
    };
    await deps.database.write([insertRestApi(row)]);
    return toRestApi(document, row);
  },
};

function check(input: Given, call: Call): void {
  const { cloneFrom, policy, minimumCompressionSize, securityPolicy, endpointAccessMode } = input;
  if (input.description === '') throw badRequest(call, 'Description cannot be an empty string');
  if (input.apiKeySource === 'AUTHORIZER') throw badRequest(call, 'apiKeySource AUTHORIZER is not supported.');
  refuseUnsupported(call, { cloneFrom, policy, minimumCompressionSize, securityPolicy, endpointAccessMode });
  checkTags(input.tags ?? {}, call);
}

/** EDGE and REGIONAL are the same here. */
function endpointOf({ endpointConfiguration: given }: Given, call: Call): EndpointConfiguration {
  const types = given?.types ?? ['EDGE'];
  if (types.length !== 1 || types[0] === 'PRIVATE' || given?.ipAddressType === 'dualstack') {
    throw badRequest(call, 'endpointConfiguration: only one of EDGE and REGIONAL with ipv4 is supported.');
  }
  refuseUnsupported(call, { vpcEndpointIds: given?.vpcEndpointIds });
  return { types: [...types], ipAddressType: 'ipv4' };
}
