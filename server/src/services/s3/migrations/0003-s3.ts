/**
 * Buckets, objects, uploads in progress and the blobs that no row names any more. Keys are ordered by their UTF-8 bytes (SQLite's BINARY
 * collation), which is S3's order. A blob may be named by several rows: a copy shares its source's bytes.
 */
import type { Migration } from '../../../storage/migration.ts';

export const s3: Migration = {
  name: '0003-s3',
  statements: [
    `create table s3_buckets (
      name text not null primary key,
      account text not null,
      region text not null,
      created_at integer not null,
      document text not null
    ) without rowid`,
    'create index s3_buckets_by_account on s3_buckets (account, name)',
    `create table s3_objects (
      bucket text not null,
      key text not null,
      blob_id text not null,
      size integer not null,
      etag text not null,
      last_modified integer not null,
      storage_class text not null,
      checksum_algorithm text not null,
      checksum_type text not null,
      checksum_value text not null,
      document text not null,
      primary key (bucket, key)
    ) without rowid`,
    'create index s3_objects_by_blob on s3_objects (blob_id)',
    `create table s3_uploads (
      bucket text not null,
      key text not null,
      upload_id text not null,
      initiated_at integer not null,
      initiator text not null,
      storage_class text not null,
      checksum_algorithm text not null,
      checksum_type text not null,
      document text not null,
      primary key (bucket, key, upload_id)
    ) without rowid`,
    'create unique index s3_uploads_by_id on s3_uploads (upload_id)',
    `create table s3_parts (
      upload_id text not null,
      part_number integer not null,
      blob_id text not null,
      size integer not null,
      etag text not null,
      last_modified integer not null,
      checksum_value text not null,
      primary key (upload_id, part_number)
    ) without rowid`,
    'create index s3_parts_by_blob on s3_parts (blob_id)',
    'create table s3_garbage (blob_id text not null primary key) without rowid',
  ],
};
