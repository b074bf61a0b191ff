/** Who owns a bucket's objects, and with that whether lists of grants exist: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
import type { ObjectOwnership } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';

/** Buckets without the setting are as all buckets once were. */
export function ownershipOf({ configuration }: Pick<Bucket, 'configuration'>): ObjectOwnership {
  return configuration.ownershipControls?.Rules?.[0]?.ObjectOwnership ?? 'ObjectWriter';
}

export function aclAgainstOwnership(call: Call) {
  return call.error(
    'InvalidBucketAclWithObjectOwnership',
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
  );
}
