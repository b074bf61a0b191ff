/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
import { Conflict } from '../../../storage/database.ts';
import { bucketAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getBucket } from './bucket.ts';
import { removeBucket } from './bucket-store.ts';

export const deleteBucket: S3Operation<'DeleteBucket'> = {
  access: bucketAccess('s3:DeleteBucket'),
  async handle(input, call, deps) {
    await getBucket(deps, call, input);
    try {
      await deps.database.write(removeBucket(input.Bucket));
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      deps.buckets.forget(input.Bucket);
      // It was deleted meanwhile, or it is not empty.
      await getBucket(deps, call, input);
      throw call.error('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        status: 409,
        fields: { BucketName: input.Bucket },
        cause: error,
      });
    }
    deps.buckets.forget(input.Bucket);
    deps.collect();
    return {};
  },
};
