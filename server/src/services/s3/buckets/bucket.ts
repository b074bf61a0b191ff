/** The bucket that a call names: there, the caller's own account's or one whose policy lets others in, and the expected owner's. */
import type { Call } from '../../../contract/call.ts';
import { mayLetIn } from '../bucket-configuration/policy/lets-in.ts';
import type { S3Deps } from '../deps.ts';
import { noSuchBucket } from '../refusals.ts';
import type { Bucket } from './bucket-cache.ts';

export interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

export async function getBucket(deps: S3Deps, call: Call, input: BucketInput): Promise<Bucket> {
  checkExpectedOwner(input.ExpectedBucketOwner, call);
  const bucket = await deps.buckets.find(input.Bucket);
  if (bucket === undefined) throw noSuchBucket(call, input.Bucket);
  const isForeign = bucket.account !== call.account;
  if (
    (isForeign && !mayLetIn(bucket, call.account)) ||
    (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account)
  ) {
    // SDKs find a bucket's region by it, whoever owns the bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    throw call.error('AccessDenied', 'Access Denied', {
      status: 403,
      headers: { 'x-amz-bucket-region': bucket.region },
    });
  }
  return bucket;
}

function checkExpectedOwner(owner: string | undefined, call: Call): void {
  if (owner === undefined || /^\d{12}$/.test(owner)) return;
  throw call.error(
    'InvalidBucketOwnerAWSAccountID',
    `The value of the expected bucket owner parameter must be an AWS Account ID... [${owner}]`,
  );
}
