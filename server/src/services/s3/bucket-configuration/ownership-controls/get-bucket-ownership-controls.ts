/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';

export const getBucketOwnershipControls: S3Operation<'GetBucketOwnershipControls'> = {
  access: bucketAccess('s3:GetBucketOwnershipControls'),
  async handle(input, call, deps) {
    return { OwnershipControls: await getConfiguration(deps, call, input, 'ownershipControls') };
  },
};
