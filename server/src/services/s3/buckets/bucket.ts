/** The bucket that a call names: there, the caller's own account's, and the expected owner's. */
import type { Call } from '../../../contract/call.ts';
import type { S3Deps } from '../deps.ts';
import { noSuchBucket } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';
import { findBucket } from './bucket-store.ts';

interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

export async function getBucket(deps: S3Deps, call: Call, input: BucketInput): Promise<BucketRow> {
  const row = await findBucket(deps.database, input.Bucket);
  if (row === undefined) throw noSuchBucket(call, input.Bucket);
  // Without bucket policies no other account's identities are let in, whatever their own policies say.
  const isForeign = row.account !== call.account;
  if (isForeign || (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== row.account)) {
    throw call.error('AccessDenied', 'Access Denied', { status: 403 });
  }
  return row;
}
