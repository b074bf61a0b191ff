/** NextToken as an opaque offset into a sorted list. */
import type { Call } from '../../../contract/call.ts';

export const offsetToken = (offset: number) => Buffer.from(`o:${offset}`).toString('base64url');

/** Throws ValidationException for a token that no list returned. */
export function readOffsetToken(call: Call, token: string | undefined): number {
  if (!token) return 0;
  const match = /^o:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (!match) throw call.error('ValidationException', 'Invalid pagination token given');
  return Number(match[1]);
}
