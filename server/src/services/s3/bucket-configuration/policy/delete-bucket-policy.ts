/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { removeConfiguration } from '../configuration-store.ts';
import { refuseStrangers } from './owners-only.ts';

export const deleteBucketPolicy: S3Operation<'DeleteBucketPolicy'> = {
  access: bucketAccess('s3:DeleteBucketPolicy'),
  async handle(input, call, deps) {
    await changeConfiguration(deps, call, input, (bucket) => {
      refuseStrangers(bucket, call);
      return [removeConfiguration(bucket, 'policy')];
    });
    return {};
  },
};
