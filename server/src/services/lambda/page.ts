/** Pages of lists. A marker is opaque to clients: what the next page begins after. */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';
import { invalidParameter } from './refusals.ts';

/** AWS answers at most this many functions or versions a page, however many are asked for. */
const mostItems = 50;

export const pageSize = (asked: number | undefined): number => Math.min(asked ?? mostItems, mostItems);

export const markerOf = (last: string, call: Call): string => writePageToken(call.operation, last);

/** Undefined for the first page. */
export function readMarker(marker: string | undefined, call: Call): string | undefined {
  if (marker === undefined || marker === '') return undefined;
  const [after] = readPageToken(call.operation, marker, 'string') ?? [];
  if (after === undefined) throw invalidParameter('Invalid value for parameter: Marker');
  return after;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Of a list that is all there, in the order of its keys. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  marker: string | undefined,
  asked: number | undefined,
  call: Call,
): Page<T> {
  const after = readMarker(marker, call);
  const size = pageSize(asked);
  const start = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1;
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  return { items, next: last !== undefined && start + size < all.length ? markerOf(keyOf(last), call) : undefined };
}
