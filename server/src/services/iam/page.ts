/** IAM's paging: Marker and MaxItems over a list ordered by name. A marker is opaque to clients. */
import type { Call } from '../../contract/call.ts';

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
  /** Names after this one. */
  readonly after: string | undefined;
  readonly limit: number;
}

export function readPageRange(input: PageRequest, call: Call): PageRange {
  const limit = input.MaxItems ?? 100;
  if (input.Marker === undefined) return { after: undefined, limit };
  const after = Buffer.from(input.Marker, 'base64url').toString('utf8');
  if (after === '' || Buffer.from(after, 'utf8').toString('base64url') !== input.Marker) {
    throw call.error('InvalidInput', 'Invalid Marker.');
  }
  return { after, limit };
}

/** `rows` holds one row more than the limit where there are more. */
export function toPage<Row>(rows: readonly Row[], range: PageRange, nameOf: (row: Row) => string): Page<Row> {
  const shown = rows.slice(0, range.limit);
  const last = shown.at(-1);
  const truncated = rows.length > shown.length && last !== undefined;
  return {
    rows: shown,
    IsTruncated: truncated,
    Marker: truncated ? Buffer.from(nameOf(last), 'utf8').toString('base64url') : undefined,
  };
}
