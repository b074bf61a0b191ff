/** Only the owner's account may read or change a bucket's policy, whatever the policy allows: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
import type { Call } from '../../../../contract/call.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';

export function refuseStrangers(bucket: Bucket, call: Call): void {
  if (call.account === bucket.account) return;
  throw call.error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { ResourceType: 'BUCKETPOLICY' },
  });
}
