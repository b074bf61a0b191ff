/** The bucket that a call names: there, the caller's own account's, and the expected owner's. */
import type { Call } from '../../../contract/call.ts';
import type { S3Deps } from '../deps.ts';
import { noSuchBucket } from '../refusals.ts';
import type { Bucket } from './bucket-cache.ts';

interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

export async function getBucket(deps: S3Deps, call: Call, input: BucketInput): Promise<Bucket> {
  const bucket = await deps.buckets.find(input.Bucket);
  if (bucket === undefined) throw noSuchBucket(call, input.Bucket);
  const isForeign = bucket.account !== call.account;
  if (isForeign || (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account)) {
    throw call.error('AccessDenied', 'Access Denied', { status: 403 });
  }
  return bucket;
}
