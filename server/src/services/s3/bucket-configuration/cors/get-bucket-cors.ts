/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';

export const getBucketCors: S3Operation<'GetBucketCors'> = {
  access: bucketAccess('s3:GetBucketCORS'),
  async handle(input, call, deps) {
    const { CORSRules: rules } = await getConfiguration(deps, call, input, 'cors');
    return { CORSRules: rules };
  },
};
