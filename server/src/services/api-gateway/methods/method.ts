/** The methods of a resource. */
import type { Method } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import { noSuchMethod } from '../refusals.ts';
import { findResource } from '../resources/resource.ts';
import type { RestApiDocument } from '../rest-apis/rest-api.ts';

interface MethodReference {
  readonly resourceId: string;
  readonly httpMethod: string;
}

export function findMethod(api: RestApiDocument, { resourceId, httpMethod }: MethodReference, call: Call): Method {
  const { methods } = findResource(api, resourceId, call);
  const method = Object.hasOwn(methods, httpMethod) ? methods[httpMethod] : undefined;
  if (!method) throw noSuchMethod(call);
  return method;
}
