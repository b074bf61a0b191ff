/** Continuation tokens: where a listing continues. */
import type { Call } from '../../../contract/call.ts';
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';
import { invalidArgument } from '../refusals.ts';

const list = 'keys';

export const writeToken = (from: string): string => writePageToken(list, from);

export function readToken(token: string, call: Call): string {
  const [from] = readPageToken(list, token, 'string') ?? [];
  if (from === undefined)
    throw invalidArgument(call, 'The continuation token provided is incorrect', 'continuation-token', token);
  return from;
}
