/** IAM's paging: Marker and MaxItems over a list ordered by name. */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

export interface PageRange {
  /** The operation, for which alone the marker is valid. */
  readonly list: string;
  /** Names after this one. */
  readonly after: string | undefined;
  readonly limit: number;
}

export function readPageRange(input: PageRequest, call: Call): PageRange {
  const { operation: list } = call;
  const limit = input.MaxItems ?? 100;
  if (input.Marker === undefined) return { list, after: undefined, limit };
  const [after] = readPageToken(list, input.Marker, 'string') ?? [];
  if (after === undefined) throw call.error('InvalidInput', 'Invalid Marker.');
  return { list, after, limit };
}

/** `rows` holds one row more than the limit where there are more. */
export function toPage<Row>(rows: readonly Row[], range: PageRange, nameOf: (row: Row) => string): Page<Row> {
  const shown = rows.slice(0, range.limit);
  const last = shown.at(-1);
  const truncated = rows.length > shown.length && last !== undefined;
  return {
    rows: shown,
    IsTruncated: truncated,
    Marker: truncated ? writePageToken(range.list, nameOf(last)) : undefined,
  };
}
