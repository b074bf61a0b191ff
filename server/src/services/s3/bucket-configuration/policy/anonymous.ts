/**
 * What callers without a signature may request of a public bucket: to read, list, write and delete objects. Which of these they may do is decided with the
 * call, by the bucket's policy and grants alone.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
import type { Anonymous } from '../../../../contract/anonymous.ts';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { OperationName } from '../../../../models/types.ts';
import type { BucketCache } from '../../buckets/bucket-cache.ts';
import { mayLetIn } from './lets-in.ts';

const operations: ReadonlySet<string> = new Set<OperationName<'s3'>>([
  'GetObject',
  'HeadObject',
  'GetObjectAcl',
  'GetObjectAttributes',
  'GetObjectTagging',
  'PutObject',
  'PutObjectAcl',
  'PutObjectTagging',
  'DeleteObject',
  'DeleteObjects',
  'DeleteObjectTagging',
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
  'HeadBucket',
  'GetBucketAcl',
  'GetBucketLocation',
]);

/** S3's own text, whatever the bucket's policy says (observed). */
const refused: ReadonlyMap<string, string> = new Map([
  ['CopyObject', 'Anonymous users cannot copy objects.  Please authenticate.'],
  ['CreateMultipartUpload', 'Anonymous users cannot initiate multipart uploads.  Please authenticate.'],
]);

export function anonymousOf(buckets: BucketCache): Anonymous {
  return {
    async accountAsked({ operation, path }) {
      const message = refused.get(operation);
      if (message !== undefined) throw new AwsError('AccessDenied', message, { status: 403 });
      if (!operations.has(operation)) return undefined;
      const bucket = await buckets.find(path.split('/')[1] ?? '');
      return bucket && mayLetIn(bucket, 'anonymous') ? bucket.account : undefined;
    },
  };
}
