/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';

export const getPublicAccessBlock: S3Operation<'GetPublicAccessBlock'> = {
  access: bucketAccess('s3:GetBucketPublicAccessBlock'),
  async handle(input, call, deps) {
    return { PublicAccessBlockConfiguration: await getConfiguration(deps, call, input, 'publicAccessBlock') };
  },
};
