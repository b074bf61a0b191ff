/** The tables of 0003-s3 and what came later, as Kysely sees them. Only the stores read or write them. */
import { queryBuilder } from '../../storage/query-builder.ts';
import type { ChecksumAlgorithm, ChecksumType } from './checksums/checksum.ts';

export interface BucketRow {
  name: string;
  account: string;
  region: string;
  created_at: number;
  /** The CreateBucket request. */
  document: string;
  versioning: Versioning;
  /** See versions/object-lock.ts; null where locks were not enabled. */
  object_lock: string | null;
}

/** Unversioned until versioning is enabled for the first time; from then on it can only be suspended. */
export type Versioning = 'Unversioned' | 'Enabled' | 'Suspended';

export interface ObjectRow {
  bucket: string;
  key: string;
  blob_id: string;
  size: number;
  /** Without its quotes. */
  etag: string;
  last_modified: number;
  storage_class: string;
  checksum_algorithm: ChecksumAlgorithm;
  checksum_type: ChecksumType;
  checksum_value: string;
  /** See objects/object-document.ts. */
  document: string;
  version_id: string;
  /** The later of a key's versions has the greater one. */
  seq: number;
  /** See bytes/encryption.ts; null if the bytes are not encrypted. */
  encryption: string | null;
  /** JSON, pairs of key and value; null where there are none. */
  tags: string | null;
  /** See versions/object-lock.ts. */
  lock: string | null;
}

export const objectColumns = [
  'bucket',
  'key',
  'seq',
  'version_id',
  'blob_id',
  'size',
  'etag',
  'last_modified',
  'storage_class',
  'checksum_algorithm',
  'checksum_type',
  'checksum_value',
  'document',
  'encryption',
  'tags',
  'lock',
] as const satisfies readonly (keyof ObjectRow)[];

/** What a key held before, or a delete marker, whose other columns are empty. */
export interface VersionRow extends ObjectRow {
  is_marker: 0 | 1;
}

export interface UploadRow {
  bucket: string;
  key: string;
  upload_id: string;
  initiated_at: number;
  /** The initiator's ARN. */
  initiator: string;
  storage_class: string;
  checksum_algorithm: ChecksumAlgorithm;
  checksum_type: ChecksumType;
  /** What the object will have. */
  document: string;
  encryption: string | null;
  tags: string | null;
  lock: string | null;
}

export interface PartRow {
  upload_id: string;
  part_number: number;
  blob_id: string;
  size: number;
  etag: string;
  last_modified: number;
  /** In the upload's algorithm. */
  checksum_value: string;
}

/** One part of an object that was uploaded in parts: the blobs of a composite one, in the order of their numbers. */
export interface SegmentRow {
  composite_id: string;
  part_number: number;
  blob_id: string;
  size: number;
  checksum_value: string;
}

/** A bucket's policy, rules, tags …: see bucket-configuration/kinds.ts. */
interface BucketConfigurationRow {
  bucket: string;
  kind: string;
  document: string;
}

interface S3Tables {
  s3_buckets: BucketRow;
  s3_bucket_configuration: BucketConfigurationRow;
  s3_objects: ObjectRow;
  s3_uploads: UploadRow;
  s3_parts: PartRow;
  s3_versions: VersionRow;
  s3_sequence: { value: number };
  s3_small: { blob_id: string; bytes: Uint8Array };
  s3_segments: SegmentRow;
  /** Blobs that a row named once; the collector frees those that none names now. */
  s3_garbage: { blob_id: string };
}

export const s3Tables = queryBuilder<S3Tables>();
