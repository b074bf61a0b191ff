/** Pages of lists that are ordered by id. A position is the last id of the page before it, opaque to clients. */
import type { Call } from '../../contract/call.ts';
import { badRequest } from './refusals.ts';

const largest = 500;

export interface PageRequest {
  readonly position?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Page {
  readonly after: string;
  readonly limit: number;
}

export function readPage({ position, limit = 25 }: PageRequest, call: Call): Page {
  if (limit < 1) throw badRequest(call, 'Invalid limit specified');
  const after = position === undefined ? '' : Buffer.from(position, 'base64url').toString();
  if (position !== undefined && !/^[a-z0-9]+$/.test(after)) throw badRequest(call, 'Invalid position parameter.');
  return { after, limit: Math.min(limit, largest) };
}

/** `rows`: one more than the page holds, where there are more. */
export function writePage<Row extends { readonly id: string }>(rows: readonly Row[], { limit }: Page) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const position = rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : undefined;
  return { shown, position };
}
