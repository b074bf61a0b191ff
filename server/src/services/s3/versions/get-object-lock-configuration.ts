/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html */
import { bucketAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Operation } from '../deps.ts';
import { bucketLockIn } from './object-lock.ts';

export const getObjectLockConfiguration: S3Operation<'GetObjectLockConfiguration'> = {
  access: bucketAccess('s3:GetBucketObjectLockConfiguration'),
  async handle(input, call, deps) {
    const lock = bucketLockIn(await getBucket(deps, call, input));
    if (lock === undefined) {
      throw call.error(
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
        { status: 404, fields: { BucketName: input.Bucket } },
      );
    }
    const { mode, days, years } = lock;
    const retention = { Mode: mode, ...(days === undefined ? { Years: years } : { Days: days }) };
    return {
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        ...(mode === undefined ? {} : { Rule: { DefaultRetention: retention } }),
      },
    };
  },
};
