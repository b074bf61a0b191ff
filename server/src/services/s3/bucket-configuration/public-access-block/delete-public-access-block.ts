/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html */
import type { S3Operation } from '../../deps.ts';
import { deletion } from '../change-configuration.ts';

export const deletePublicAccessBlock: S3Operation<'DeletePublicAccessBlock'> = deletion(
  'publicAccessBlock',
  's3:PutBucketPublicAccessBlock',
);
