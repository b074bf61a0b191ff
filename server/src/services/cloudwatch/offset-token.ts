/** A page token that is a number of datapoints. */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';

export const writeOffset = (offset: number, call: Call): string => writePageToken(call.operation, offset);

export function readOffset(token: string, call: Call): number {
  const [offset] = readPageToken(call.operation, token, 'number') ?? [];
  if (offset === undefined || !Number.isSafeInteger(offset) || offset < 0)
    throw call.error('InvalidNextToken', 'The NextToken is invalid.');
  return offset;
}
