/** Pages of lists. A marker is opaque to clients: what the next page begins after. */
import { invalidParameter } from './refusals.ts';

/** AWS answers at most this many functions or versions a page, however many are asked for. */
const mostItems = 50;

export const pageSize = (asked: number | undefined): number => Math.min(asked ?? mostItems, mostItems);

export const markerOf = (last: string): string => Buffer.from(`after:${last}`).toString('base64url');

/** Undefined for the first page. */
export function readMarker(marker: string | undefined): string | undefined {
  if (marker === undefined || marker === '') return undefined;
  const text = Buffer.from(marker, 'base64url').toString('utf8');
  if (!text.startsWith('after:')) throw invalidParameter('Invalid value for parameter: Marker');
  return text.slice('after:'.length);
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
): Page<T> {
  const after = readMarker(marker);
  const size = pageSize(asked);
  const start = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1;
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  return { items, next: last !== undefined && start + size < all.length ? markerOf(keyOf(last)) : undefined };
}
