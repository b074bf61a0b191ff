/** The condition key of the layers that a function is given: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
import type { ContextValue } from '../../../contract/operation.ts';

export function layerAccess(layers: unknown): Record<string, ContextValue> {
  return Array.isArray(layers) && layers.length > 0 ? { 'lambda:Layer': layers.map(String) } : {};
}
