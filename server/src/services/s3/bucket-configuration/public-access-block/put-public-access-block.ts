/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { setConfiguration } from '../change-configuration.ts';

export const putPublicAccessBlock: S3Operation<'PutPublicAccessBlock'> = {
  access: bucketAccess('s3:PutBucketPublicAccessBlock'),
  async handle(input, call, deps) {
    const given = input.PublicAccessBlockConfiguration;
    await setConfiguration(deps, call, input, 'publicAccessBlock', {
      BlockPublicAcls: given.BlockPublicAcls ?? false,
      IgnorePublicAcls: given.IgnorePublicAcls ?? false,
      BlockPublicPolicy: given.BlockPublicPolicy ?? false,
      RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
    });
    return {};
  },
};
