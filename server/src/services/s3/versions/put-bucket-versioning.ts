/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
import { Conflict } from '../../../storage/database.ts';
import { bucketAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import { updateVersioning } from '../buckets/bucket-store.ts';
import type { S3Operation } from '../deps.ts';
import { malformedXml, notImplemented } from '../refusals.ts';

export const putBucketVersioning: S3Operation<'PutBucketVersioning'> = {
  access: bucketAccess('s3:PutBucketVersioning'),
  async handle(input, call, deps) {
    const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration;
    if (mfaDelete === 'Enabled') throw notImplemented(call, 'x-amz-mfa');
    if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml(call);
    await getBucket(deps, call, input);
    try {
      await deps.database.write([updateVersioning(input.Bucket, status)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      deps.buckets.forget(input.Bucket);
      // It was deleted meanwhile, or it has object lock.
      await getBucket(deps, call, input);
      throw call.error(
        'InvalidBucketState',
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
        { status: 409, cause: error },
      );
    }
    deps.buckets.forget(input.Bucket);
    return {};
  },
};
