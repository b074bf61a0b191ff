/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';

export const getBucketLifecycleConfiguration: S3Operation<'GetBucketLifecycleConfiguration'> = {
  access: bucketAccess('s3:GetLifecycleConfiguration'),
  async handle(input, call, deps) {
    return getConfiguration(deps, call, input, 'lifecycle');
  },
};
