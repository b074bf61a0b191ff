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
}

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
  /** Blobs that a row named once; the collector frees those that none names now. */
  s3_garbage: { blob_id: string };
}

export const s3Tables = queryBuilder<S3Tables>();
