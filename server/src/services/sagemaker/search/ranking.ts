/** The order of a search's results. Holds only one page of them, however many match. Pure. */
import type { PagePosition } from '../shared/page-token.ts';
import { parseNumber } from '../shared/search/filter.ts';
import type { Property } from '../shared/search/property.ts';

export type Order = 'Ascending' | 'Descending';
type Key = PagePosition['key'];

/** Times as milliseconds; null if the record does not have the property. Hyperparameters that are numbers sort as numbers. */
export function sortKey({ type, values }: Property, record: object): Key {
  const [value] = values(record);
  if (value === undefined) return null;
  if (type === 'number' || type === 'timestamp' || type === 'boolean') return Number(value);
  return (type === 'loose' ? parseNumber(String(value)) : undefined) ?? String(value);
}

/** Records without the property come last in either order; the ARN decides between equal keys. Numbers come before text. */
export function comparePositions(a: PagePosition, b: PagePosition, order: Order): number {
  const sign = order === 'Ascending' ? 1 : -1;
  if (a.key === b.key) return sign * compare(a.arn, b.arn);
  if (a.key === null) return 1;
  if (b.key === null) return -1;
  if (typeof a.key !== typeof b.key) return sign * (typeof a.key === 'number' ? -1 : 1);
  return sign * compare(a.key, b.key);
}

const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

export interface Ranking<T extends PagePosition> {
  add(item: T): void;
  /** In order. */
  readonly first: readonly T[];
}

/** Keeps the first `limit` of all that are added. */
export function ranking<T extends PagePosition>(limit: number, order: Order): Ranking<T> {
  const first: T[] = [];
  return {
    first,
    add(item) {
      let low = 0;
      let high = first.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (comparePositions(first[middle] as T, item, order) < 0) low = middle + 1;
        else high = middle;
      }
      if (low === limit) return;
      first.splice(low, 0, item);
      if (first.length > limit) first.pop();
    },
  };
}
