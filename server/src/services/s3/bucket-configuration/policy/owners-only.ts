/** A bucket's policy is its owner's account's business alone, whoever the policy lets in: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
import type { Call } from '../../../../contract/call.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';

export function refuseStrangers(bucket: Bucket, call: Call): void {
  if (call.account === bucket.account) return;
  throw call.error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { ResourceType: 'BUCKETPOLICY' },
  });
}
