/** Page tokens over lists that are ordered by name, or by time and name. Opaque to clients; a token that is not ours is refused. */
import type { Call } from '../../contract/call.ts';

export type PageKey = readonly (string | number)[];

export function writePageToken(key: PageKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

export const invalidToken = (call: Call) =>
  call.error('InvalidParameterException', 'The specified nextToken is invalid.');

/** `kinds` says what the key must hold, in order. */
export function readPageToken(token: string, kinds: readonly ('string' | 'number')[], call: Call): PageKey {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch (cause) {
    throw call.error('InvalidParameterException', 'The specified nextToken is invalid.', { cause });
  }
  const isKey = Array.isArray(key) && key.length === kinds.length && key.every((part, at) => typeof part === kinds[at]);
  if (!isKey) throw invalidToken(call);
  return key as PageKey;
}
