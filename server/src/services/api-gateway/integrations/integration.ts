/** The integration of a method. */
import type { Integration } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import { findMethod } from '../methods/method.ts';
import { noSuchIntegration } from '../refusals.ts';
import type { RestApiDocument } from '../rest-apis/rest-api.ts';

export function findIntegration(
  api: RestApiDocument,
  input: { readonly resourceId: string; readonly httpMethod: string },
  call: Call,
): Integration {
  const { methodIntegration } = findMethod(api, input, call);
  if (!methodIntegration) throw noSuchIntegration(call);
  return methodIntegration;
}
