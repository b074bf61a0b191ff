/** NextToken as an offset into a sorted list. */
import type { Call } from '../../../contract/call.ts';
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';

/** `list`: the operation, for which alone the token is valid. */
export const offsetToken = (list: string, offset: number) => writePageToken(list, offset);

/** Throws ValidationException for a token that no list returned. */
export function readOffsetToken(call: Call, token: string | undefined): number {
  if (!token) return 0;
  const [offset] = readPageToken(call.operation, token, 'number') ?? [];
  if (offset === undefined || !Number.isSafeInteger(offset) || offset < 0)
    throw call.error('ValidationException', 'Invalid pagination token given');
  return offset;
}
