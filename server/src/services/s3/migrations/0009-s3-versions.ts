/**
 * Versions, locks, tags, encryption, small objects and objects made of parts. `s3_objects` keeps what a key holds now, never a delete marker;
 * `s3_versions` keeps every delete marker and what a key held before. Of one key the greater `seq` is the later; `s3_sequence` counts them.
 * The first letter of a blob id says where the bytes are: `s` in s3_small, `m` in the blobs that s3_segments names, else in a file.
 */
import type { Migration } from '../../../storage/migration.ts';

export const s3Versions: Migration = {
  name: '0009-s3-versions',
  statements: [
    "alter table s3_buckets add column versioning text not null default 'Unversioned'",
    'alter table s3_buckets add column object_lock text',
    "alter table s3_objects add column version_id text not null default 'null'",
    'alter table s3_objects add column seq integer not null default 0',
    'alter table s3_objects add column encryption text',
    'alter table s3_objects add column tags text',
    'alter table s3_objects add column lock text',
    'alter table s3_uploads add column encryption text',
    'alter table s3_uploads add column tags text',
    'alter table s3_uploads add column lock text',
    `create table s3_versions (
      bucket text not null,
      key text not null,
      seq integer not null,
      version_id text not null,
      is_marker integer not null,
      blob_id text not null,
      size integer not null,
      etag text not null,
      last_modified integer not null,
      storage_class text not null,
      checksum_algorithm text not null,
      checksum_type text not null,
      checksum_value text not null,
      document text not null,
      encryption text,
      tags text,
      lock text,
      primary key (bucket, key, seq desc)
    ) without rowid`,
    'create unique index s3_versions_by_id on s3_versions (bucket, key, version_id)',
    'create index s3_versions_by_blob on s3_versions (blob_id)',
    'create table s3_sequence (value integer not null)',
    'insert into s3_sequence values (0)',
    'create table s3_small (blob_id text not null primary key, bytes blob not null) without rowid',
    `create table s3_segments (
      composite_id text not null,
      part_number integer not null,
      blob_id text not null,
      size integer not null,
      checksum_value text not null,
      primary key (composite_id, part_number)
    ) without rowid`,
    'create index s3_segments_by_blob on s3_segments (blob_id)',
  ],
};
