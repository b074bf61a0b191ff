/**
 * Buckets with their configuration, in memory: reading and writing objects needs no SQL for the bucket. Every write about a bucket removes it from the cache
 * after the commit and before answering; absence is never remembered. What is read here decides no write alone: its SQL is guarded too.
 */
import type { Database } from '../../../storage/database.ts';
import type { BucketConfiguration } from '../bucket-configuration/kinds.ts';
import type { BucketRow } from '../tables.ts';
import { findBucket } from './bucket-store.ts';

export interface Bucket extends BucketRow {
  readonly configuration: BucketConfiguration;
}

export interface BucketCache {
  /** Synchronous where it is remembered. */
  find(name: string): Bucket | undefined | Promise<Bucket | undefined>;
  forget(name: string): void;
  forgetAll(): void;
}

/** AWS's default quota is 10,000 buckets an account. */
const maxBuckets = 10_000;

export function createBucketCache(database: Database): BucketCache {
  const kept = new Map<string, Bucket>();
  /** A bucket that is removed while it loads is the answer for earlier requests only. */
  const loading = new Map<string, Promise<Bucket | undefined>>();

  function load(name: string): Promise<Bucket | undefined> {
    const isCurrent = () => loading.get(name) === loaded;
    const loaded = findBucket(database, name)
      .then((bucket) => {
        if (bucket !== undefined && isCurrent()) keep(bucket);
        return bucket;
      })
      .finally(() => {
        if (isCurrent()) loading.delete(name);
      });
    loading.set(name, loaded);
    return loaded;
  }

  function keep(bucket: Bucket): void {
    const [oldest] = kept.keys();
    if (kept.size >= maxBuckets && oldest !== undefined) kept.delete(oldest);
    kept.set(bucket.name, bucket);
  }

  return {
    find: (name) => kept.get(name) ?? loading.get(name) ?? load(name),
    forget(name) {
      kept.delete(name);
      loading.delete(name);
    },
    forgetAll() {
      kept.clear();
      loading.clear();
    },
  };
}
