/**
 * One page of a Query or Scan: entries of a table or index in the order of their keys, until the limit or 1 MB is reached. Reads in pieces, so that neither
 * the database nor the thread that serves everybody is held.
 */
import type { DynamoDbDeps } from '../deps.ts';
import { readRange } from '../items/entry-store.ts';
import { type Index, partsOf, type Table } from '../tables/definition.ts';
import { pageBytes } from '../values/page-size.ts';
import type { Item } from '../values/value.ts';

export interface PageRequest {
  readonly table: Table;
  /** Undefined for the table itself. */
  readonly index: Index | undefined;
  readonly from: Buffer;
  /** Not included; undefined for no end. */
  readonly to: Buffer | undefined;
  readonly backward: boolean;
  readonly limit: number | undefined;
}

export interface PageRead {
  readonly items: readonly Item[];
  /** The last entry, where the page ended before the range. */
  readonly last: Item | undefined;
  /** Of the entries. */
  readonly bytes: number;
}

const maxBytes = 1024 * 1024;
const firstPiece = 64;
const largestPiece = 1000;

export async function readPage(deps: DynamoDbDeps, request: PageRequest): Promise<PageRead> {
  const { table, index, backward, limit = Number.POSITIVE_INFINITY } = request;
  let { from, to } = request;
  const rangeKey = partsOf(table)[1]?.name;
  const items: Item[] = [];
  let bytes = 0;
  let counted = 0;
  for (let piece = Math.min(limit, firstPiece); ; ) {
    const rows = await readRange(deps.database, {
      table: table.id,
      index: index?.id ?? 0,
      from,
      to,
      backward,
      limit: piece,
    });
    for (const row of rows) {
      const entry = JSON.parse(row.item) as Item;
      bytes += row.size;
      counted += pageBytes(entry, rangeKey);
      items.push(entry);
      if (items.length >= limit || counted >= maxBytes) return { items, last: entry, bytes };
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < piece) return { items, last: undefined, bytes };
    if (backward) to = Buffer.from(end.key);
    else from = Buffer.concat([end.key, Buffer.from([0])]);
    const perItem = Math.max(1, bytes / items.length);
    piece = Math.min(limit - items.length, largestPiece, Math.max(1, Math.ceil((maxBytes - bytes) / perItem)));
  }
}
