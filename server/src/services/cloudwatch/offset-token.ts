/** A page token that is a number of datapoints, opaque to clients. */
import type { Call } from '../../contract/call.ts';

export function writeOffset(offset: number): string {
  return Buffer.from(`offset ${offset}`).toString('base64url');
}

export function readOffset(token: string, call: Call): number {
  const match = /^offset (\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw call.error('InvalidNextToken', 'The NextToken is invalid.');
  return Number(match[1]);
}
