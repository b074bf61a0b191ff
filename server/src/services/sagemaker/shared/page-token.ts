/**
 * NextToken as the position where a page ended: the sort key and the ARN of its last resource. Resources that are added or removed meanwhile do not move it, so no
 * resource is listed twice or left out. A token holds for the list and the order that gave it; it grants nothing, so it needs no signature.
 */
import type { Call } from '../../../contract/call.ts';

export interface PagePosition {
  /** Null if the resource has no value to sort by (Search). */
  readonly key: string | number | null;
  readonly arn: string;
}

/** `list` names what is paged and how it is sorted. */
export const pageToken = (list: string, { key, arn }: PagePosition): string =>
  Buffer.from(JSON.stringify([list, key, arn])).toString('base64url');

/** Throws ValidationException for a token that this list, in this order, did not give out. */
export function readPageToken(call: Call, list: string, token: string | undefined): PagePosition | undefined {
  if (!token) return undefined;
  const position = positionIn(list, token);
  if (!position) throw call.error('ValidationException', 'Invalid pagination token given');
  return position;
}

function positionIn(list: string, token: string): PagePosition | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== list) return undefined;
  const [, key, arn] = parts;
  const isKey = key === null || typeof key === 'string' || typeof key === 'number';
  return isKey && typeof arn === 'string' ? { key, arn } : undefined;
}
