/** Continuation tokens: where a listing continues. */
import type { Call } from '../../../contract/call.ts';
import { readPageToken, writePageToken } from '../../../contract/page-token.ts';
import { invalidArgument } from '../refusals.ts';

export const writeToken = (from: string, call: Call): string => writePageToken(call.operation, from);

export function readToken(token: string, call: Call): string {
  const [from] = readPageToken(call.operation, token, 'string') ?? [];
  if (from === undefined)
    throw invalidArgument(call, 'The continuation token provided is incorrect', 'continuation-token', token);
  return from;
}
