/** https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateRestApi.html */
import type { Call } from '../../../contract/call.ts';
import { accessTo, apiPath } from '../access.ts';
import type { ApiGatewayOperation } from '../deps.ts';
import { invalidPath, type Patch, readPatches, requireOp } from '../patch.ts';
import { badRequest } from '../refusals.ts';
import { changeApi, type RestApiDocument, toRestApi } from './rest-api.ts';

export const updateRestApi: ApiGatewayOperation<'UpdateRestApi'> = {
  access: accessTo('PATCH', apiPath),
  handle: ({ restApiId, patchOperations }, call, deps) =>
    changeApi(deps, call, restApiId, (api, row) => {
      for (const patch of readPatches(patchOperations)) apply(patch, api, call);
      return { tags: {}, ...toRestApi(api, row) };
    }),
};

const unsupported = ['minimumCompressionSize', 'apiKeySource', 'policy', 'endpointConfiguration', 'securityPolicy'];

function apply(patch: Patch, api: RestApiDocument, call: Call): void {
  const [member = '', ...rest] = patch.path;
  const isListed = member === 'binaryMediaTypes' && rest.length === 1;
  if (rest.length > 0 && !isListed && member !== 'endpointConfiguration') throw invalidPath(call, patch);
  switch (member) {
    case 'name':
      requireOp(call, patch, 'replace');
      if (!patch.value) throw badRequest(call, 'API name cannot be empty');
      api.name = patch.value;
      return;
    case 'description':
      requireOp(call, patch, 'replace', 'remove');
      api.description = patch.op === 'remove' ? undefined : patch.value || undefined;
      return;
    case 'version':
      requireOp(call, patch, 'replace');
      api.version = patch.value;
      return;
    case 'disableExecuteApiEndpoint':
      requireOp(call, patch, 'replace');
      api.disableExecuteApiEndpoint = patch.value?.toLowerCase() === 'true';
      return;
    default:
      if (isListed) {
        changeMediaTypes(patch, rest[0] ?? '', api, call);
        return;
      }
      if (unsupported.includes(member)) throw badRequest(call, `${member} is not supported.`);
      throw invalidPath(call, patch);
  }
}

/** Replacing a type moves it: it is removed and the new one is added. */
function changeMediaTypes(patch: Patch, type: string, api: RestApiDocument, call: Call): void {
  requireOp(call, patch, 'add', 'remove', 'replace');
  const others = (api.binaryMediaTypes ?? []).filter((one) => one !== type);
  if (patch.op === 'add') others.push(type);
  if (patch.op === 'replace') others.push(patch.value ?? type);
  api.binaryMediaTypes = others.length > 0 ? others : undefined;
}
