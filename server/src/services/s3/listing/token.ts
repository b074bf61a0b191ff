/** Continuation tokens: where a listing continues; opaque to clients. */
import type { Call } from '../../../contract/call.ts';
import { invalidArgument } from '../refusals.ts';

const version = '1';

export function writeToken(from: string): string {
  return Buffer.from(version + from).toString('base64url');
}

export function readToken(token: string, call: Call): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith(version) || Buffer.from(text).toString('base64url') !== token) {
    throw invalidArgument(call, 'The continuation token provided is incorrect', 'continuation-token', token);
  }
  return text.slice(version.length);
}
