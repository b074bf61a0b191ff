/** The SQL of listing versions: keys in order, of each key the latest version first. */
import { sql } from 'kysely';
import type { Database } from '../../../storage/database.ts';
import { type ObjectRow, s3Tables } from '../tables.ts';
import { isLatestMarker } from '../versions/version-store.ts';
import { laterOf, successorOf } from './key-order.ts';

export type ListedVersion = Pick<
  ObjectRow,
  | 'key'
  | 'version_id'
  | 'seq'
  | 'size'
  | 'etag'
  | 'last_modified'
  | 'storage_class'
  | 'checksum_algorithm'
  | 'checksum_type'
> & { readonly is_marker: 0 | 1; readonly is_latest: 0 | 1 };

interface VersionRange {
  readonly bucket: string;
  readonly prefix: string;
  /** Keys from this one on. */
  readonly from: string;
  /** Of the key `from` only what is older than this. */
  readonly beforeSeq: number | undefined;
  readonly limit: number;
}

export function listVersions(database: Database, range: VersionRange): Promise<ListedVersion[]> {
  const { bucket, prefix, beforeSeq, limit } = range;
  const from = laterOf(range.from, prefix);
  const end = successorOf(prefix);
  const before = end === undefined ? sql`` : sql`and key < ${end}`;
  const behind = beforeSeq === undefined ? sql`` : sql`and (key > ${from} or seq < ${beforeSeq})`;
  const where = sql`bucket = ${bucket} and key >= ${from} ${before} ${behind}`;
  const columns = sql`key, version_id, seq, size, etag, last_modified, storage_class, checksum_algorithm, checksum_type`;
  const query = sql<ListedVersion>`
    select ${columns}, 0 as is_marker, 1 as is_latest from s3_objects where ${where}
    union all
    select ${columns}, is_marker, ${isLatestMarker} as is_latest from s3_versions v where ${where}
    order by key, seq desc limit ${limit}`;
  return database.read(query.compile(s3Tables));
}
