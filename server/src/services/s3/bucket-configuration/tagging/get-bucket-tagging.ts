/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';

export const getBucketTagging: S3Operation<'GetBucketTagging'> = {
  access: bucketAccess('s3:GetBucketTagging'),
  async handle(input, call, deps) {
    const { TagSet: tags } = await getConfiguration(deps, call, input, 'tagging');
    return { TagSet: tags };
  },
};
