/**
 * What an item takes of the megabyte of a Query's or Scan's page, which is not what it takes of capacity. Observed on AWS (recorded in dynalite's test-suite):
 * names count one byte each, values have a byte or more of their own, and for each 3 KB there is an overhead that has the sort key in it.
 */
import { valueSize } from './size.ts';
import { attributeOf, type Item, type Value } from './value.ts';

export function pageBytes(item: Item, rangeKey: string | undefined): number {
  const key = rangeKey === undefined ? undefined : attributeOf(item, rangeKey);
  let size = 0;
  for (const name of Object.keys(item)) if (name !== rangeKey) size += 1 + packedSize(item[name] as Value);
  return 2 + size + (1 + Math.floor((1 + size) / 3072)) * (18 + (key === undefined ? 0 : valueSize(key)));
}

function packedSize(value: Value): number {
  if (value.S !== undefined) {
    const size = valueSize(value);
    return size + (size < 128 ? 1 : size < 16_384 ? 2 : 3);
  }
  if (value.NULL !== undefined) return 0;
  if (value.BOOL !== undefined) return 1;
  if (value.L !== undefined) return value.L.reduce((sum, item) => sum + 1 + packedSize(item), 3);
  if (value.M !== undefined) return Object.values(value.M).reduce((sum, item) => sum + 2 + packedSize(item), 3);
  const set = value.SS ?? value.NS ?? value.BS;
  return valueSize(value) + 1 + (set?.length ?? 0);
}
