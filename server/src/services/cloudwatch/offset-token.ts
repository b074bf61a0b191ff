/** A page token that is a number of datapoints. */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';

const list = 'datapoints';

export const writeOffset = (offset: number): string => writePageToken(list, offset);

export function readOffset(token: string, call: Call): number {
  const [offset] = readPageToken(list, token, 'number') ?? [];
  if (offset === undefined || !Number.isSafeInteger(offset) || offset < 0)
    throw call.error('InvalidNextToken', 'The NextToken is invalid.');
  return offset;
}
