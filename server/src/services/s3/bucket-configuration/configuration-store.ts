/** The only SQL that changes what buckets are set to. It is read together with the bucket's row (buckets/bucket-store.ts). */
import { sql } from 'kysely';
import { type Statement, statement } from '../../../storage/database.ts';
import { type BucketRow, s3Tables } from '../tables.ts';
import type { BucketConfiguration, Configurations, Kind } from './kinds.ts';

/** Overwrites. Misses if the bucket was deleted or replaced by another of the same name. */
export function putConfiguration<K extends Kind>(bucket: BucketRow, kind: K, value: Configurations[K]): Statement {
  const query = sql`insert into s3_bucket_configuration (bucket, kind, document)
    select name, ${kind}, ${JSON.stringify(value)} from s3_buckets
    where name = ${bucket.name} and account = ${bucket.account} and created_at = ${bucket.created_at}
    on conflict (bucket, kind) do update set document = excluded.document`;
  return statement(query.compile(s3Tables), 1);
}

/** Says nothing of whether it was there. */
export function removeConfiguration(bucket: BucketRow, kind: Kind): Statement {
  const query = s3Tables
    .deleteFrom('s3_bucket_configuration')
    .where('bucket', '=', bucket.name)
    .where('kind', '=', kind);
  return statement(query.compile());
}

/** Misses if the bucket was deleted or its setting changed since it was read: precedes a write that depends on it. */
export function requireConfiguration(bucket: BucketRow, kind: Kind, read: BucketConfiguration): Statement {
  const document = read[kind] === undefined ? null : JSON.stringify(read[kind]);
  const query = sql`update s3_buckets set name = name
    where name = ${bucket.name} and account = ${bucket.account} and created_at = ${bucket.created_at}
      and (select document from s3_bucket_configuration where bucket = ${bucket.name} and kind = ${kind}) is not distinct from ${document}`;
  return statement(query.compile(s3Tables), 1);
}
