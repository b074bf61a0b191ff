/** Events until a page is full: by number, or by the megabyte that AWS answers at most. Read in pieces, never all at once. */
import type { Position } from './log-event-store.ts';

const maxBytes = 1_048_576;
const batchSize = 500;

export interface PageItem {
  readonly id: number;
  readonly timestamp: number;
  readonly message: string;
}

/** `read` answers up to `limit` events beyond a place, in order. At least one event is answered, however large. */
export async function readPage<Item extends PageItem>(
  read: (beyond: Position | undefined, limit: number) => Promise<readonly Item[]>,
  from: Position | undefined,
  limit: number,
): Promise<Item[]> {
  const page: Item[] = [];
  let bytes = 0;
  let beyond = from;
  for (;;) {
    const wanted = Math.min(batchSize, limit - page.length);
    const batch = await read(beyond, wanted);
    for (const item of batch) {
      bytes += Buffer.byteLength(item.message);
      if (bytes > maxBytes && page.length > 0) return page;
      page.push(item);
      beyond = item;
    }
    if (batch.length < wanted || page.length >= limit) return page;
  }
}
