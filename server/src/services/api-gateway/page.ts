/** Pages of lists that are ordered by id. A position is the last id of the page before it, opaque to clients. */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';
import { badRequest } from './refusals.ts';

const largest = 500;

export interface PageRequest {
  readonly position?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Page {
  /** Names the list: its positions are valid for no other. */
  readonly list: string;
  readonly after: string;
  readonly limit: number;
}

export function readPage(list: string, { position, limit = 25 }: PageRequest, call: Call): Page {
  if (limit < 1) throw badRequest(call, 'Invalid limit specified');
  const after = position === undefined ? '' : readPageToken(list, position, 'string')?.[0];
  if (after === undefined) throw badRequest(call, 'Invalid position parameter.');
  return { list, after, limit: Math.min(limit, largest) };
}

/** `rows`: one more than the page holds, where there are more. */
export function writePage<Row extends { readonly id: string }>(rows: readonly Row[], { list, limit }: Page) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const position = rows.length > limit && last ? writePageToken(list, last.id) : undefined;
  return { shown, position };
}
